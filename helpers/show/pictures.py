"""Photographs that nobody took: the uploads of Foto, painted from a few numbers and saved as a phone would save them.

The same arguments give the same pixels, size and EXIF on every machine; the bytes of the JPEG depend on Pillow's version. Needs Pillow.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Literal

from PIL import ExifTags, Image, ImageDraw, ImageOps

if TYPE_CHECKING:
    from IPython.display import Image as Display

Scene = Literal["beach", "mountains", "promenade", "city"]
Colour = tuple[int, int, int]

SIZE = (1200, 800)
CAMERA = ("Foto", "Foto One")
ITAUNA = (-22.936, -42.483)
ALBUM: dict[str, tuple[Scene, tuple[int, int], int]] = {
    "serra.jpg": ("mountains", (1200, 800), 1),
    "praia de Itaúna.jpg": ("beach", (1200, 800), 1),
    "calçadão + mar.jpg": ("promenade", (900, 1200), 6),
    "São Paulo, 100% acordada.jpg": ("city", (1200, 675), 1),
}

# How the sensor lay for each value of the EXIF tag Orientation: what was done to the upright scene.
_TURNED: dict[int, Image.Transpose | None] = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def album() -> dict[str, bytes]:
    """Four uploads of Foto: JPEGs by the names that people gave them, one of them taken with the phone on its side."""
    return {
        name: photograph(paint(scene, size, seed=name), orientation=orientation)
        for name, (scene, size, orientation) in ALBUM.items()
    }


def paint(scene: Scene, size: tuple[int, int] = SIZE, *, seed: object = 0) -> Image.Image:
    """A scene as it stands in the world: sky above, ground below, the sun or moon on the left.

    size: width and height in pixels. seed: chooses colours and shapes; anything that prints the same every time.

    Raises: ``KeyError`` for a scene that is none.
    """
    painter, random = _PAINTERS[scene], Random(f"{scene}/{seed}")
    # Painted in double size and reduced, because Pillow draws hard edges.
    return painter(random, size[0] * 2, size[1] * 2).reduce(2)


def photograph(
    scene: Image.Image,
    *,
    orientation: int = 1,
    camera: tuple[str, str] = CAMERA,
    place: tuple[float, float] | None = ITAUNA,
    taken: str = "2026:11:15 17:42:00",
    quality: int = 85,
) -> bytes:
    """A JPEG of ``scene`` with EXIF data, as a phone saves it.

    orientation: 1 to 8. The pixels are stored as a sensor in that position sees them, and the tag says how to turn them upright:
    with 6, the usual one for a phone held upright, width and height of the file are exchanged.
    camera: maker and model. place: latitude and longitude in degrees, ``None`` for no GPS data. taken: in EXIF's own format.

    Raises: ``KeyError`` for an orientation that is none.

    https://exiv2.org/tags.html
    """
    turn = _TURNED[orientation]
    pixels = scene if turn is None else scene.transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = camera
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.DateTime] = taken
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if place is not None:
        latitude, longitude = place
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
                ExifTags.GPS.GPSLatitude: _degrees(latitude),
                ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
                ExifTags.GPS.GPSLongitude: _degrees(longitude),
            }
        )
    file = io.BytesIO()
    pixels.save(file, "JPEG", quality=quality, exif=exif)
    return file.getvalue()


def side_by_side(*jpegs: bytes, height: int = 240) -> Display:
    """Pictures in one row, for the last line of a notebook cell: drawn from their pixels as stored, in their own proportions.

    height: of the row, in pixels; a picture that is smaller keeps its size, so that a thumbnail looks like one.
    """
    row = [Image.open(io.BytesIO(jpeg)) for jpeg in jpegs]
    for picture in row:
        picture.thumbnail((10 * height, height), reducing_gap=None)
    gap = 12
    sheet = Image.new("RGB", (sum(picture.width for picture in row) + gap * (len(row) - 1), height), "white")
    left = 0
    for picture in row:
        sheet.paste(picture, (left, height - picture.height))
        left += picture.width + gap
    file = io.BytesIO()
    sheet.save(file, "PNG")
    from IPython.display import Image as Display

    return Display(data=file.getvalue(), format="png")  # type: ignore[no-untyped-call]


def _degrees(angle: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(round(abs(angle) * 3600), 60)
    return (float(minutes // 60), float(minutes % 60), float(seconds))


def _gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    return ImageOps.colorize(Image.linear_gradient("L").resize((width, height)), top, bottom)


def _shift(random: Random, colour: Colour, by: int = 18) -> Colour:
    red, green, blue = (max(0, min(255, part + random.randint(-by, by))) for part in colour)
    return red, green, blue


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _ridge(random: Random, width: int, height: int, base: float, swing: float) -> list[tuple[float, float]]:
    """A skyline from left to right, and down to the lower corners."""
    waves = [(random.uniform(1, 7), random.uniform(0, 6.3), random.uniform(0.3, 1)) for _ in range(4)]
    step = max(1, width // 160)
    line = []
    for x in range(0, width + step, step):
        rise = sum(size * math.sin(count * x / width * 2 + phase) for count, phase, size in waves) / len(waves)
        line.append((float(x), (base - swing * rise) * height))
    return [*line, (float(width + step), float(height)), (0.0, float(height))]


def _beach(random: Random, width: int, height: int) -> Image.Image:
    picture = _gradient(width, height, _shift(random, (64, 156, 222)), _shift(random, (255, 214, 150)))
    draw = ImageDraw.Draw(picture)
    _disc(draw, width * random.uniform(0.15, 0.3), height * random.uniform(0.16, 0.26), height * 0.085, (255, 244, 190))
    draw.polygon(_ridge(random, width, height, 0.46, 0.09), fill=_shift(random, (52, 106, 92)))
    sea = _gradient(width, round(height * 0.26), _shift(random, (20, 92, 140)), _shift(random, (72, 190, 190)))
    picture.paste(sea, (0, round(height * 0.5)))
    sand = _shift(random, (240, 212, 158))
    shore = _ridge(random, width, height, 0.76, 0.035)
    draw.polygon([(x, y - height * 0.015) for x, y in shore], fill=(248, 252, 250))
    draw.polygon(shore, fill=sand)
    for _ in range(5):
        x, y = width * random.uniform(0.1, 0.92), height * random.uniform(0.84, 0.95)
        parasol = _shift(random, random.choice([(226, 76, 66), (250, 186, 44), (44, 138, 160)]))
        draw.line((x, y, x, y + height * 0.055), fill=(120, 96, 70), width=max(2, height // 260))
        draw.pieslice(
            (x - height * 0.05, y - height * 0.035, x + height * 0.05, y + height * 0.045), 180, 360, fill=parasol
        )
    return picture


def _mountains(random: Random, width: int, height: int) -> Image.Image:
    sky, haze = _shift(random, (250, 168, 110)), _shift(random, (255, 226, 190))
    picture = _gradient(width, height, sky, haze)
    draw = ImageDraw.Draw(picture)
    _disc(draw, width * random.uniform(0.2, 0.34), height * random.uniform(0.26, 0.36), height * 0.1, (255, 246, 214))
    near = _shift(random, (38, 74, 66))
    for layer in range(5):
        part = layer / 4
        colour = tuple(round(far + (close - far) * part) for far, close in zip((214, 160, 140), near, strict=True))
        draw.polygon(_ridge(random, width, height, 0.5 + 0.11 * layer, 0.1), fill=(colour[0], colour[1], colour[2]))
    return picture


def _promenade(random: Random, width: int, height: int) -> Image.Image:
    picture = _gradient(width, height, _shift(random, (92, 178, 232)), _shift(random, (226, 242, 250)))
    draw = ImageDraw.Draw(picture)
    _disc(draw, width * 0.22, height * 0.12, width * 0.07, (255, 240, 170))
    draw.rectangle((0, height * 0.3, width, height * 0.45), fill=_shift(random, (24, 124, 158)))
    draw.rectangle((0, height * 0.45, width, height * 0.52), fill=_shift(random, (242, 218, 168)))
    draw.rectangle((0, height * 0.52, width, height), fill=(240, 238, 230))
    stripes, phase = 6, random.uniform(0, 6.3)
    deep = height * 0.48 / stripes
    for stripe in range(stripes):
        top = height * 0.52 + stripe * deep
        wave = [(x, top + deep * (0.5 + 0.36 * math.sin(x / width * 14 + phase))) for x in range(0, width + 8, 8)]
        draw.polygon([*wave, *((x, y + deep * 0.46) for x, y in reversed(wave))], fill=(36, 36, 40))
    return picture


def _city(random: Random, width: int, height: int) -> Image.Image:
    picture = _gradient(width, height, _shift(random, (16, 22, 58), 8), _shift(random, (120, 70, 120)))
    draw = ImageDraw.Draw(picture)
    _disc(draw, width * random.uniform(0.12, 0.25), height * 0.2, height * 0.075, (244, 240, 220))
    for row, shade in ((0.42, (58, 48, 92)), (0.58, (24, 22, 44))):
        left = 0
        while left < width:
            wide, top = random.randint(width // 22, width // 11), height * (row + random.uniform(-0.14, 0.1))
            draw.rectangle((left, top, left + wide, height), fill=shade)
            pane = max(4, width // 170)
            for x in range(left + pane, left + wide - pane, pane * 2):
                for y in range(round(top) + pane, height, pane * 3):
                    if random.random() < 0.34:
                        draw.rectangle((x, y, x + pane, y + pane), fill=_shift(random, (255, 212, 120), 24))
            left += wide
    return picture


_PAINTERS: dict[Scene, Callable[[Random, int, int], Image.Image]] = {
    "beach": _beach,
    "mountains": _mountains,
    "promenade": _promenade,
    "city": _city,
}
