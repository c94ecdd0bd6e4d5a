//! Two small drawings for pages: a gauge of one figure against its target, and bars of many against one line.
//!
//! Figures come ready to draw, as integers of whatever unit their words name; nothing is computed from facts here.
//! Colours are the page's, by class, for there is no style attribute, which a strict content security policy would
//! refuse. Shapes are lines, to be given a `stroke`: `chart-track`, `chart-value` (with `chart-reached` from the
//! target on), `chart-target`. Texts are to be given a `fill` and a size: `chart-figure`, `chart-label`,
//! `chart-missing`. The drawings themselves are `chart chart-gauge` and `chart chart-bars`.

use std::fmt::Write;

use handlebars::html_escape;

/// One figure against its target.
#[derive(Debug, Clone)]
pub struct Gauge {
    /// What the figure is, for those who cannot see the drawing.
    pub title: String,
    /// The whole in one sentence: value, target, date.
    pub description: String,
    /// `None` when it cannot be computed.
    pub value: Option<u64>,
    pub target: Option<u64>,
    /// The end of the scale; a larger value fills the arc.
    pub full: u64,
    /// What stands in the middle: `27.4`, or that it cannot be computed.
    pub value_label: String,
    /// What stands below: the target in words.
    pub target_label: String,
}

/// Many figures of one kind against one target.
#[derive(Debug, Clone)]
pub struct Bars {
    pub title: String,
    pub description: String,
    pub rows: Vec<Bar>,
    pub target: Option<u64>,
    pub target_label: String,
    /// The end of the scale.
    pub full: u64,
}

#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    /// `None` when it cannot be computed.
    pub value: Option<u64>,
    /// The figure in words, or why it cannot be computed.
    pub value_label: String,
}

/// The arc is three quarters of a circle of this radius, open below.
const RADIUS: f64 = 84.0;
const CENTRE: (f64, f64) = (110.0, 106.0);

const ROW_HEIGHT: usize = 34;
const HEAD: usize = 34;
/// Where bars begin, and how long one that fills the scale is.
const BAR_LEFT: f64 = 150.0;
const BAR_LENGTH: f64 = 360.0;

/// A gauge, 220 by 200.
#[must_use]
pub fn gauge(gauge: &Gauge) -> String {
    let mut svg = open(220, 200, "chart chart-gauge", &gauge.title, &gauge.description);
    line(&mut svg, &arc(1.0), "chart-track", 18);
    if let Some(value) = gauge.value.filter(|value| *value > 0) {
        line(&mut svg, &arc(share(value, gauge.full)), value_class(value, gauge.target), 18);
    }
    if let Some(target) = gauge.target {
        let at = share(target, gauge.full);
        let ((x1, y1), (x2, y2)) = (on_arc(at, RADIUS - 13.0), on_arc(at, RADIUS + 13.0));
        line(&mut svg, &format!("M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}"), "chart-target", 3);
    }
    let class = if gauge.value.is_some() { "chart-figure" } else { "chart-missing" };
    words(&mut svg, 110.0, 118.0, ("middle", class), &gauge.value_label);
    words(&mut svg, 110.0, 190.0, ("middle", "chart-label"), &gauge.target_label);
    svg + "</svg>"
}

/// Horizontal bars, 640 wide and 34 high each.
#[must_use]
pub fn bars(bars: &Bars) -> String {
    let height = HEAD + bars.rows.len() * ROW_HEIGHT + 6;
    let mut svg = open(640, height, "chart chart-bars", &bars.title, &bars.description);
    for (index, row) in bars.rows.iter().enumerate() {
        bar(&mut svg, HEAD + index * ROW_HEIGHT, row, bars);
    }
    if let Some(target) = bars.target {
        let x = BAR_LEFT + BAR_LENGTH * share(target, bars.full);
        line(&mut svg, &format!("M{x:.1} {}V{}", HEAD - 8, height - 2), "chart-target", 3);
        words(&mut svg, x, 18.0, ("middle", "chart-label"), &bars.target_label);
    }
    svg + "</svg>"
}

fn bar(svg: &mut String, top: usize, row: &Bar, bars: &Bars) {
    let middle = f64::from(u32::try_from(top + ROW_HEIGHT / 2).unwrap_or(u32::MAX));
    words(svg, BAR_LEFT - 12.0, middle + 6.0, ("end", "chart-label"), &row.label);
    let Some(value) = row.value else {
        words(svg, BAR_LEFT + 4.0, middle + 6.0, ("start", "chart-missing"), &row.value_label);
        return;
    };
    for (share, class) in [(1.0, "chart-track"), (share(value, bars.full), value_class(value, bars.target))] {
        line(svg, &format!("M{BAR_LEFT} {middle:.1}H{:.1}", BAR_LEFT + BAR_LENGTH * share), class, 18);
    }
    words(svg, BAR_LEFT + BAR_LENGTH + 12.0, middle + 6.0, ("start", "chart-label"), &row.value_label);
}

fn open(width: usize, height: usize, class: &str, title: &str, description: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="{class}" viewBox="0 0 {width} {height}" role="img"><title>{}</title><desc>{}</desc>"#,
        html_escape(title),
        html_escape(description)
    )
}

/// `value` of `full`, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a drawing needs three digits")]
fn share(value: u64, full: u64) -> f64 {
    if full == 0 { 0.0 } else { (value as f64 / full as f64).min(1.0) }
}

/// The point at `share` of the arc, which begins at the lower left and turns clockwise.
fn on_arc(share: f64, radius: f64) -> (f64, f64) {
    let angle = (135.0 + 270.0 * share).to_radians();
    (CENTRE.0 + radius * angle.cos(), CENTRE.1 + radius * angle.sin())
}

fn arc(share: f64) -> String {
    let ((x1, y1), (x2, y2)) = (on_arc(0.0, RADIUS), on_arc(share, RADIUS));
    let large = u8::from(share * 270.0 > 180.0);
    format!("M{x1:.1} {y1:.1}A{RADIUS} {RADIUS} 0 {large} 1 {x2:.1} {y2:.1}")
}

fn value_class(value: u64, target: Option<u64>) -> &'static str {
    if target.is_some_and(|target| value >= target) { "chart-value chart-reached" } else { "chart-value" }
}

/// Writing into a `String` cannot fail, so the results here and below carry nothing.
fn line(svg: &mut String, path: &str, class: &str, width: u8) {
    let _ = write!(svg, r#"<path class="{class}" d="{path}" fill="none" stroke-width="{width}"/>"#);
}

fn words(svg: &mut String, x: f64, y: f64, (anchor, class): (&str, &str), text: &str) {
    let text = html_escape(text);
    let _ =
        write!(svg, r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example_gauge(value: Option<u64>) -> Gauge {
        Gauge {
            title: "每万名老年人持证护理员 <人>".to_owned(),
            description: "27.4, target 30".to_owned(),
            value,
            target: Some(300),
            full: 400,
            value_label: value.map_or_else(|| "无法计算".to_owned(), |v| format!("{}.{}", v / 10, v % 10)),
            target_label: "目标 30".to_owned(),
        }
    }

    fn example_bars() -> Bars {
        let row = |label: &str, value: Option<u64>| Bar {
            label: label.to_owned(),
            value,
            value_label: value.map_or_else(|| "无法计算：缺人口数".to_owned(), |v| v.to_string()),
        };
        Bars {
            title: "各镇街".to_owned(),
            description: "4 towns".to_owned(),
            rows: vec![
                row("硖石", Some(310)),
                row("马桥", Some(150)),
                row("盐官", None),
                row("长安", Some(900)),
            ],
            target: Some(300),
            target_label: "目标 30".to_owned(),
            full: 400,
        }
    }

    /// Well-formed, named for those who cannot see it, and free of what the content security policy refuses.
    #[test]
    fn drawings_are_accessible_and_styled_by_classes_alone() {
        for svg in [gauge(&example_gauge(Some(274))), gauge(&example_gauge(None)), bars(&example_bars())] {
            let document = usvg::roxmltree::Document::parse(&svg).expect("well-formed");
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            let names: Vec<_> = root.children().take(2).map(|node| node.tag_name().name()).collect();
            assert_eq!(names, ["title", "desc"]);
            for node in document.descendants() {
                assert_eq!(node.attribute("style"), None, "{svg}");
                assert!(!node.attributes().any(|a| a.name().starts_with("on")), "{svg}");
                assert_ne!(node.tag_name().name(), "style", "{svg}");
            }
        }
    }

    #[test]
    fn a_value_fills_its_share_of_the_arc_and_no_value_fills_none() {
        let check = |value: Option<u64>, expected: Option<&str>| {
            let svg = gauge(&example_gauge(value));
            let document = usvg::roxmltree::Document::parse(&svg).expect("well-formed");
            let path = document
                .descendants()
                .find(|n| n.attribute("class").is_some_and(|c| c.starts_with("chart-value")))
                .and_then(|n| n.attribute("d"))
                .map(|d| d.rsplit(' ').take(2).collect::<Vec<_>>().join(" "));
            assert_eq!(path.as_deref(), expected, "{value:?}");
        };
        check(None, None);
        check(Some(0), None);
        check(Some(200), Some("22.0 110.0"));
        check(Some(400), Some("165.4 169.4"));
        check(Some(4000), Some("165.4 169.4"));
    }

    #[test]
    fn bars_end_at_the_scale_and_a_missing_figure_has_words_and_no_bar() {
        let svg = bars(&example_bars());
        let document = usvg::roxmltree::Document::parse(&svg).expect("well-formed");
        let of_class = |class: &str| {
            let fits = move |n: &usvg::roxmltree::Node<'_, '_>| n.attribute("class") == Some(class);
            document.descendants().filter(fits).collect::<Vec<_>>()
        };
        let lines =
            |class| of_class(class).iter().filter_map(|n| n.attribute("d")).collect::<Vec<_>>().join(" ");
        assert_eq!(lines("chart-value"), "M150 85.0H285.0");
        assert_eq!(lines("chart-value chart-reached"), "M150 51.0H429.0 M150 153.0H510.0");
        assert_eq!(
            of_class("chart-missing").first().and_then(usvg::roxmltree::Node::text),
            Some("无法计算：缺人口数")
        );
    }
}
