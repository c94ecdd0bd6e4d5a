//! Fitting text into a box: SVG breaks no lines, so they are broken here.

use super::fonts::{Fonts, Typeface};

/// A box for text. Lengths are in the units of the drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextBox {
    pub typeface: Typeface,
    pub width: f64,
    /// The size that is tried first.
    pub size: f64,
    /// The smallest size that can still be read; below it lines are broken, and after that the text is refused.
    pub smallest: f64,
    pub lines: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub size: f64,
    pub lines: Vec<String>,
}

/// The largest setting of `text` in the box: one line if it can be had without going below the smallest size,
/// else as few lines as possible. `None` when even the smallest size overflows.
pub(super) fn fit(fonts: &Fonts, text: &str, room: TextBox) -> Option<Fitted> {
    let chars: Vec<char> = text.chars().collect();
    let widths = fonts.widths(room.typeface, text);
    for lines in 1..=room.lines {
        let mut size = room.size;
        while size >= room.smallest {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a box is small and positive"
            )]
            let thousandths = (room.width * 1000.0 / size) as u32;
            if let Some(broken) = break_lines(&chars, &widths, thousandths, lines) {
                return Some(Fitted { size, lines: broken });
            }
            size -= 1.0;
        }
    }
    None
}

/// The text at its smallest size on as many lines as it needs, cut wherever a line is full.
pub(super) fn fit_anyhow(fonts: &Fonts, text: &str, room: TextBox) -> Fitted {
    let most = room.width * 1000.0 / room.smallest;
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0.0);
    for (letter, width) in text.chars().zip(fonts.widths(room.typeface, text)) {
        let width = f64::from(width);
        if used + width > most && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim().to_owned());
            used = 0.0;
        }
        line.push(letter);
        used += width;
    }
    lines.push(line.trim().to_owned());
    Fitted { size: room.smallest, lines }
}

/// Breaks greedily: anywhere between Chinese characters, but between words in Latin text and never before a
/// closing mark.
fn break_lines(chars: &[char], widths: &[u32], room: u32, most: usize) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < chars.len() {
        if lines.len() == most {
            return None;
        }
        let mut end = start;
        let mut used = 0;
        while end < chars.len() && used + widths[end] <= room {
            used += widths[end];
            end += 1;
        }
        if end < chars.len() {
            end = (start + 1..=end).rev().find(|&at| may_break(chars, at))?;
        }
        let line: String = chars[start..end].iter().collect();
        lines.push(line.trim().to_owned());
        start = end + chars[end..].iter().take_while(|c| **c == ' ').count();
    }
    Some(lines)
}

/// Whether a line may end before `chars[at]`.
fn may_break(chars: &[char], at: usize) -> bool {
    let (before, after) = (chars[at - 1], chars[at]);
    if "，。、；：！？）》」』·".contains(after) || "（《「『".contains(before) {
        return false;
    }
    let is_latin = |c: char| c.is_ascii_graphic() || ('\u{c0}'..'\u{250}').contains(&c);
    !(is_latin(before) && is_latin(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shrinks_first_breaks_next_and_is_refused_at_last() {
        let fonts = Fonts::load_default().expect("the fonts");
        let check = |text: &str, expected: Option<(f64, &[&str])>| {
            let room =
                TextBox { typeface: Typeface::Serif, width: 500.0, size: 100.0, smallest: 50.0, lines: 2 };
            let fitted = fit(&fonts, text, room);
            let expected = expected
                .map(|(size, lines)| Fitted { size, lines: lines.iter().map(ToString::to_string).collect() });
            assert_eq!(fitted, expected, "{text}");
        };
        check("王兰", Some((100.0, &["王兰"])));
        check("阿卜杜热合曼", Some((83.0, &["阿卜杜热合曼"])));
        check("阿卜杜热合·曼拉", Some((68.0, &["阿卜杜热合·曼拉"])));
        check("Zhang Xiulan of Haining", Some((76.0, &["Zhang Xiulan", "of Haining"])));
        check("阿卜杜热合曼·阿卜杜拉热", Some((79.0, &["阿卜杜热合曼·", "阿卜杜拉热"])));
        check("海宁市养老服务职业技能评价中心有限责任公司", None);
    }
}
