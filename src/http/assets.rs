//! Style sheets, icons and scripts, embedded in the binary: nothing is fetched from elsewhere.
//!
//! Absent: the route. It serves what [`asset`] finds, and nothing else, under `/assets/`.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// One embedded file and what a response needs to say of it.
#[derive(Debug)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// Strong entity tag, in its quotes.
    pub etag: String,
}

/// The file at `path` below `assets/`, e.g. `css/base.css`; `None` where there is none or its kind is not
/// one that we serve.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let content_type = match path.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    let file = Assets::get(path)?;
    let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    Some(Asset { bytes: file.data, content_type, etag })
}

/// The address of a file, with a mark of its content: a cached copy is never out of date.
#[must_use]
pub fn address(path: &str) -> Option<String> {
    let file = asset(path)?;
    Some(format!("/assets/{path}?v={}", &file.etag[1..9]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_type_and_the_rest_is_not_served() {
        for (path, expected) in [
            ("css/base.css", Some("text/css; charset=utf-8")),
            ("js/verify.js", Some("text/javascript; charset=utf-8")),
            ("icons/valid.svg", Some("image/svg+xml")),
            ("icons/nothing.svg", None),
            ("../Cargo.toml", None),
            ("css", None),
        ] {
            assert_eq!(asset(path).map(|a| a.content_type), expected, "{path}");
        }
    }

    #[test]
    fn no_file_asks_for_another_host_or_styles_inline() {
        for path in Assets::iter() {
            let file = Assets::get(&path).expect("listed");
            let text = String::from_utf8_lossy(&file.data);
            let outside: Vec<_> = text
                .match_indices("http")
                .filter(|(at, _)| !text[*at..].starts_with("http://www.w3.org/2000/svg"))
                .collect();
            assert!(outside.is_empty(), "{path}: {outside:?}");
            assert!(!text.contains("style=\""), "{path}");
        }
    }
}
