"""4-state codes: the bars of the posts' own examples, spelt and on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.codes.encode import QUIET_MODULES, encode
from layouts.codes.fourstate import FOUR_STATE, bars
from layouts.codes.postal import postal_sizes
from layouts.errors import LayoutError
from tests.codes.paper import Grey, page_of_code, pixels

EXAMPLES = [
    ("imb", "01234567094987654321", "ATTFATTDTTADTAATTDTDTATTDAFDDFADFDFTFFFFFTATFAAAATDFFTDAADFTFDTDT"),
    ("imb", "0123456709498765432101234", "DTTAFADDTTFTDTFTFDTDDADADAFADFATDDFTAAAFDTTADFAAATDFDTDFADDDTDFFT"),
    ("imb", "01234567094987654321-01234567891", "AADTFFDFTDADTAADAATFDTDDAAADDTDTTDAFADADDDTFFFDDTTTADFAAADFTDAADA"),
    ("rm4scc", "BX11LT1A", "ADFTAFATDTDAFTDAFFTTFFDATTDAFDADAATDFF"),
    ("kix", "2500GG30250", "TDFADDAATTFFTTFFDAFTDAFTDTAFTTFFTDFADDAATTFF"),
    ("auspost", "96184209", "ATFAFATFDFFADDAAFDFFTFTDFFTDADADTADAT"),
    ("mailmark", "1100000000000XY11", "TTDTTATTDTAATTDTAATTDTAATTDTTDDAATAADDATAATDDFAFTDDTAADDDTAAFDFAFF"),
    ("mailmark", "21B2254800659JW5O9QA6Y", "DAATATTTADTAATTFADDDDTTFTFDDDDFFDFDAFTADDTFFTDDATADTTFATTDAFDTFDDA"),
]
MODULE_MM = 0.55


def bars_on_paper(picture: Grey, heights: tuple[int, int]) -> str:
    """The bars on a picture of nothing else; `heights` are the parts that ascender and tracker have of the height."""
    dark = picture < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    dark = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    starts = np.flatnonzero(np.diff(np.concatenate([[0], dark.any(axis=0).astype(int)])) == 1)
    tall, middle = heights
    step = len(dark) / (2 * tall + middle)
    found = ""
    for start in starts:
        bar = dark[:, start + 2]
        assert bar[int(tall * step) + 2 : int((tall + middle) * step) - 2].all()
        up, down = bool(bar[int(step / 2)]), bool(bar[-int(step / 2) - 1])
        found += {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}[up, down]
    return found


@pytest.mark.parametrize(("name", "text", "expected"), EXAMPLES)
def test_the_posts_own_examples_have_their_bars(name: str, text: str, expected: str) -> None:
    symbol = encode(name, text)
    assert bars(symbol) == expected
    assert symbol.columns == 2 * len(expected) - 1
    code = FOUR_STATE[name]
    picture = pixels(page_of_code(name, symbol, module_mm=MODULE_MM), 300)
    assert bars_on_paper(picture, (code.tall, code.middle)) == expected


@pytest.mark.parametrize("name", FOUR_STATE)
def test_trackers_keep_to_their_heights_wherever_the_bars_do(name: str) -> None:
    least_mm, most_mm = {"imb": (0.99, 1.45), "auspost": (1.0, 1.6)}.get(name, (1.02, 1.52))
    code, height = FOUR_STATE[name], postal_sizes()[name].height
    assert height is not None
    share = code.middle / (2 * code.tall + code.middle)
    assert all(least_mm <= high_mm * share <= most_mm for high_mm in (height.least_mm, height.most_mm))


@pytest.mark.parametrize("name", FOUR_STATE)
def test_bars_keep_to_their_widths_at_every_density(name: str) -> None:
    least_mm, most_mm = {"imb": (0.381, 0.635), "auspost": (0.4, 0.6)}.get(name, (0.38, 0.63))
    module = postal_sizes()[name].module
    assert least_mm <= module.least_mm < module.printed_mm < module.most_mm <= most_mm


@pytest.mark.parametrize(
    ("name", "beside_mm", "above_mm"), [("imb", 3.17, 0.71), ("rm4scc", 2, 2), ("mailmark", 2, 2), ("auspost", 6, 2)]
)
def test_quiet_zones_are_wide_enough_at_the_smallest_module(name: str, beside_mm: float, above_mm: float) -> None:
    quiet, least_mm = QUIET_MODULES[name], postal_sizes()[name].module.least_mm
    assert quiet.left == quiet.right
    assert quiet.above == quiet.below
    assert quiet.left * least_mm >= beside_mm
    assert quiet.above * least_mm >= above_mm


@given(st.text("ABCXYZ0189", min_size=1, max_size=18))
@settings(deadline=None, max_examples=40)
def test_kix_has_four_bars_a_character_of_which_two_reach_up_and_two_down(text: str) -> None:
    found = bars(encode("kix", text))
    for start in range(0, 4 * len(text), 4):
        four = found[start : start + 4]
        assert sum(bar in "AF" for bar in four) == sum(bar in "DF" for bar in four) == 2
    assert len(found) == 4 * len(text)
    assert found in bars(encode("rm4scc", text))


REFUSED = [
    ("imb", "0123", "E4060 Intelligent Mail takes 20, 25, .* or 32 characters; '0123' has 4"),
    ("imb", "0" * 33, "E4061 Intelligent Mail takes .* has 33"),
    ("imb", "0123456709498765432X", "E4060 'X', character 20 of"),
    ("imb", "09" + "9" * 18, "E4060 Intelligent Mail can't say"),
    ("rm4scc", "BX1 1LT", "E4060 ' ', character 4 of 'BX1 1LT', can't be written in RM4SCC"),
    ("kix", "2500GG30250A" * 2, "E4061 KIX takes 18 characters at most; the text has 24"),
    ("kix", "2500gg", "E4060 'g', character 5 of"),
    ("auspost", "9618420", "E4060 Australia Post's code takes 8, 13, 16, 18 or 23 characters; '9618420' has 7"),
    ("auspost", "9618420A", "E4060 Australia Post's code can't say '9618420A'"),
    ("mailmark", "1100", "E4060 Mailmark can't say '1100': input length 4 too short"),
    ("mailmark", "1" * 27, "E4061 Mailmark takes 26 characters at most"),
]


@pytest.mark.parametrize(("name", "text", "message"), REFUSED)
def test_what_a_post_does_not_take_is_refused_with_the_reason(name: str, text: str, message: str) -> None:
    with pytest.raises(LayoutError, match=message) as caught:
        encode(name, text)
    assert caught.value.remedy
