"""A grid is drawn as it is given: first row on top, empty cells empty, figures written in them."""

from dashboard.charts_heatmap import heatmap


def drawn(values):
    texts = [["–" if value is None else f"{value:.0%}" for value in row] for row in values]
    return heatmap(["0", "1"], ["Jan", "Feb"], values, texts, "Months since", "en")


def test_a_cell_holds_its_figure_and_an_unknown_one_is_empty():
    figure = drawn([[1.0, 0.5], [0.9, None]])
    (trace,) = figure["data"]
    assert trace["z"] == [[1.0, 0.5], [0.9, None]]
    assert trace["text"] == [["100%", "50%"], ["90%", "–"]]
    assert trace["texttemplate"] == "%{text}"
    assert (trace["zmin"], trace["zmax"]) == (0.5, 1.0)


def test_the_first_row_is_on_top_and_labels_are_no_numbers():
    layout = drawn([[1.0, 0.5], [0.9, None]])["layout"]
    assert layout["yaxis"]["autorange"] == "reversed"
    assert layout["xaxis"]["type"] == layout["yaxis"]["type"] == "category"


def test_cells_that_are_all_alike_are_all_pale():
    (trace,) = drawn([[0.5, 0.5], [0.5, None]])["data"]
    assert (trace["zmin"], trace["zmax"]) == (0.5, 1.5)
    (trace,) = drawn([[None, None], [None, None]])["data"]
    assert (trace["zmin"], trace["zmax"]) == (0.0, 1.0)
