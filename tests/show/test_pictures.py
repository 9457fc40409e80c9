"""The pictures of Foto: the same pixels every time, real JPEGs, and EXIF data that means what it says."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image, ImageChops, ImageOps, ImageStat

from helpers.show import pictures


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures of one size are apart, from 0 to 255."""
    means = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    return max(means)


def test_the_album_is_the_same_every_time_and_every_picture_differs() -> None:
    album = pictures.album()
    assert album == pictures.album()
    assert len(set(album.values())) == len(album) == 4


def test_names_of_the_album_have_what_breaks_naive_handlers() -> None:
    names = "".join(pictures.album())
    assert {" ", "+", "%", "ú", "ç", "ã"} <= set(names)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_tag_turns_a_photograph_upright_again(orientation: int) -> None:
    scene = pictures.paint("beach", (120, 90), seed="turned")
    jpeg = pictures.photograph(scene, orientation=orientation, quality=95)
    assert opened(jpeg).getexif()[ExifTags.Base.Orientation] == orientation
    upright = ImageOps.exif_transpose(opened(jpeg))
    assert upright.size == (120, 90)
    assert difference(upright, scene) < 4
    if orientation in (2, 3, 4):
        assert difference(opened(jpeg), scene) > 4
    if orientation > 4:
        assert opened(jpeg).size == (90, 120)


@pytest.mark.parametrize("scene", ["beach", "mountains", "promenade", "city"])
def test_every_scene_has_its_size_and_its_seed(scene: pictures.Scene) -> None:
    one = pictures.paint(scene, (90, 60), seed=1)
    assert one.size == (90, 60)
    assert one.tobytes() == pictures.paint(scene, (90, 60), seed=1).tobytes()
    assert one.tobytes() != pictures.paint(scene, (90, 60), seed=2).tobytes()


def test_a_phone_writes_its_maker_and_where_it_was_unless_told_not_to() -> None:
    scene = pictures.paint("city", (60, 40))
    exif = opened(pictures.photograph(scene)).getexif()
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == pictures.CAMERA
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert (place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef]) == ("S", "W")
    assert [float(part) for part in place[ExifTags.GPS.GPSLatitude]] == [22, 56, 10]
    silent = opened(pictures.photograph(scene, place=None)).getexif()
    assert not silent.get_ifd(ExifTags.IFD.GPSInfo)


def test_a_row_of_pictures_enlarges_none() -> None:
    large = pictures.photograph(pictures.paint("beach", (300, 200)))
    small = pictures.photograph(pictures.paint("beach", (30, 20)))
    row = Image.open(io.BytesIO(pictures.side_by_side(large, small, height=100).data))
    assert row.size == (150 + 12 + 30, 100)
    assert row.getpixel((160, 50)) == (255, 255, 255)
