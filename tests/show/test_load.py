"""The panel of a load in a notebook."""

from __future__ import annotations

from helpers.cloud.load import Load
from helpers.show.load import LoadPanel
from helpers.simulate.traffic import constant


def test_the_panel_has_a_bar_and_a_button_that_stops() -> None:
    running = Load("http://127.0.0.1:9", constant(5, 60, evenly=True)).start()
    panel = LoadPanel(running, "pt-BR")
    bar, button, _ = panel.widget().children
    assert 0 <= bar.value < 1
    assert button.description == "Parar"
    button.click()
    assert panel.result().stopped
    assert repr(panel) == "load: 300 requests in 60 s"
