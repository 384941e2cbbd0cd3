"""Charts over time, as numbers that SVG reads."""

from courses import charts


def test_columns_stand_on_the_ground_and_on_each_other():
    low, high = charts.columns([[("solid", 5), ("lines", 15)], []], 20)

    assert (low.y, low.height) == ("174.0", "50.0")  # A quarter of the height, up from 224.
    assert (high.y, high.height) == ("24.0", "150.0")
    assert (low.x, low.width) == ("5.00%", "40.00%")


def test_line_breaks_where_a_figure_is_missing():
    line = charts.line("Rate", [0, 100, None, 50], 100, place=1)

    assert line.runs == ["125.0,224.0 375.0,24.0"]
    assert line.dots == [("12.50%", "224.0"), ("37.50%", "24.0"), ("87.50%", "124.0")]


def test_long_line_marks_only_what_stands_alone():
    figures = [50, None, *([50] * 40)]

    line = charts.line("Rate", figures, 100, place=0)

    assert len(line.dots) == 1
    assert len(line.runs) == 1


def test_lines_are_told_apart_without_colours():
    dashes = {charts.line("", [1], 1, place=place).dash for place in range(charts.MOST_LINES)}

    assert len(dashes) == charts.MOST_LINES


def test_three_labels_fit_under_a_chart_on_a_phone():
    labels = [str(number) for number in range(150)]

    assert [(mark.label, mark.anchor) for mark in charts.times(labels)] == [
        ("0", "start"),
        ("75", "middle"),
        ("149", "end"),
    ]


def test_scale_goes_from_nought_to_the_top():
    assert [(mark.label, mark.at) for mark in charts.scale(100, "%")] == [
        ("0%", "224"),
        ("50%", "124"),
        ("100%", "24"),
    ]


def test_chart_of_nothing_is_flat():
    assert charts.line("", [0, 0], 0, place=0).runs == ["250.0,224.0 750.0,224.0"]
    assert charts.columns([[("solid", 0)]], 10) == []
