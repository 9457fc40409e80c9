"""The workbench of lesson 08 in a real browser: a changed template renders at once, and an error shows its place."""

from __future__ import annotations

from pathlib import Path

from tests.browser.jupyterlab import JupyterLab
from tests.browser.test_learner import link_to
from tests.desk.opened import Desk


def test_a_template_that_is_typed_renders_at_once(desk: Desk, course_copy: Path, jupyterlab: JupyterLab) -> None:
    [lesson] = (course_copy / "notebooks" / "en").glob("08-*.ipynb")
    jupyterlab.open(link_to(desk, lesson.relative_to(course_copy)))
    jupyterlab.run_all()
    assert jupyterlab.errors() == []
    page = jupyterlab.page
    bench = page.locator(".jp-OutputArea-output .widget-vbox", has=page.locator("textarea")).first
    template = bench.locator("textarea").first
    template.scroll_into_view_if_needed()
    bench.get_by_text('"customer": "ana"').first.wait_for()
    template.fill('{"city": $input.json("$.address.city"), "first": "$input.path("$.items[0].sku")"}')
    bench.get_by_text('"city": "Recife"').first.wait_for()
    template.fill('{"city": #if($input.path("$.address")) 1 }')
    bench.get_by_text("line 1, column 10").first.wait_for()
    assert "#if has no #end" in bench.inner_text()
    template.fill("$input.json('$.note')")
    bench.get_by_text("Sant'Ana").last.wait_for()
    assert jupyterlab.other_machines == set()
