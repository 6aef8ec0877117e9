"""The short form of the drill: readers of every habit while publications are swapped under them."""

from read_while_publishing import HABITS, drill


def test_readers_see_whole_publications_while_new_ones_are_made(tmp_path):
    result = drill(tmp_path, publications=8, readers=4, kills=1, seed=3, audits_here=True)
    assert result.faults == []
    assert set(result.queries) == set(HABITS)
    assert all(count > 3 for count in result.queries.values())
    # Who opens again sees new days; who keeps it open sees its own.
    assert result.generations["each query"][0] > 2
    assert result.generations["all day"] == [1]
