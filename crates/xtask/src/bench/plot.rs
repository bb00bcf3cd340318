//! Pictures of measurements: what grows with what, both axes logarithmic, so that linear is a line at 45 degrees.

use anyhow::anyhow;
use plotters::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (640, 420);
const COLOURS: [RGBColor; 4] =
    [RGBColor(9, 114, 211), RGBColor(3, 127, 12), RGBColor(217, 110, 0), RGBColor(120, 60, 160)];

/// The legend lies above the lines: so many times the largest value.
const LEGEND: f64 = 100.0;

/// One thing that was measured at several numbers.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Writes an SVG with a line for each of `lines`, and one that is exactly linear to compare with.
pub(crate) fn write(path: &Path, title: &str, x: &str, lines: &[Line]) -> anyhow::Result<()> {
    draw(path, title, x, lines).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn draw(
    path: &Path,
    title: &str,
    x: &str,
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (xs, ys) = (range(lines, |point| point.0), range(lines, |point| point.1));
    let ys = (ys.0, ys.1 * LEGEND);
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((xs.0..xs.1).log_scale(), (ys.0..ys.1).log_scale())?;
    let number =
        |value: &f64| if *value >= 1.0 { format!("{value:.0}") } else { format!("{value}") };
    chart
        .configure_mesh()
        .x_desc(x)
        .x_label_formatter(&number)
        .y_label_formatter(&number)
        .light_line_style(WHITE)
        .draw()?;
    for (line, colour) in lines.iter().zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), colour.stroke_width(2)))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        let dots = line.points.iter().map(|point| Circle::new(*point, 4, colour.filled()));
        chart.draw_series(dots)?;
        let linear = linear(&line.points);
        chart.draw_series(DashedLineSeries::new(linear, 4, 4, colour.mix(0.5).stroke_width(1)))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    root.present()?;
    Ok(())
}

/// From the last point down to the first number in proportion.
fn linear(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    vec![(first.0, last.1 * first.0 / last.0), *last]
}

/// The smallest and largest value, with room.
fn range(lines: &[Line], of: impl Fn(&(f64, f64)) -> f64) -> (f64, f64) {
    let values = lines.iter().flat_map(|line| &line.points).map(of).filter(|value| *value > 0.0);
    let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    (low / 2.0, high * 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_lines_and_what_linear_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        let points = vec![(100.0, 0.5), (1_000.0, 5.0), (10_000.0, 61.0)];
        write(&path, "title", "partitions", &[Line { name: "memory".into(), points }]).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("partitions") && text.contains("memory") && text.contains("title"));
        assert_eq!(linear(&[(1.0, 3.0), (100.0, 200.0)]), [(1.0, 2.0), (100.0, 200.0)]);
    }
}
