//! Style sheets, icons and scripts, embedded in the binary: nothing is fetched from elsewhere.
//!
//! Absent: the route. It serves what [`asset`] finds, and nothing else, under `/assets/`.

use std::borrow::Cow;
use std::sync::OnceLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

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
    if is_script(path) {
        let text = String::from_utf8_lossy(&file.data);
        let bytes = Cow::Owned(with_marked_imports(&text).into_bytes());
        return Some(Asset { bytes, content_type, etag: format!("\"{}\"", scripts_mark()) });
    }
    let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    Some(Asset { bytes: file.data, content_type, etag })
}

/// The address of a file, with a mark of its content: a cached copy is never out of date.
#[must_use]
pub fn address(path: &str) -> Option<String> {
    let file = asset(path)?;
    Some(format!("/assets/{path}?v={}", &file.etag[1..9]))
}

/// The addresses of the files in a folder, e.g. `css`.
#[must_use]
pub fn addresses(folder: &str) -> Vec<String> {
    let within = |path: &Cow<'_, str>| path.split_once('/').is_some_and(|(found, _)| found == folder);
    Assets::iter().filter(within).filter_map(|path| address(&path)).collect()
}

/// A digest of every file that a set of embedded ones holds, with its name.
#[must_use]
pub fn digest_of<E: RustEmbed>(within: impl Fn(&str) -> bool) -> [u8; 32] {
    let mut digest = Sha256::new();
    for path in E::iter().filter(|path| within(path)) {
        digest.update(path.as_bytes());
        digest.update(E::get(&path).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    digest.finalize().into()
}

fn is_script(path: &str) -> bool {
    path.starts_with("js/")
}

/// Scripts import each other, so that they have one mark together: whoever has one of them has all of its time.
fn scripts_mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| hex::encode(&digest_of::<Assets>(is_script)[..16]))
}

/// `from "./cbor.js";` as `from "./cbor.js?v=…";`.
fn with_marked_imports(script: &str) -> String {
    script
        .split_inclusive('\n')
        .map(|line| match line.split_once(".js\";") {
            Some((before, after)) if before.contains("from \"./") => {
                format!("{before}.js?v={}\";{after}", &scripts_mark()[..8])
            }
            _ => line.to_owned(),
        })
        .collect()
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
    fn scripts_import_each_other_by_their_mark() {
        let script = asset("js/verify.js").expect("there");
        let text = String::from_utf8_lossy(&script.bytes);
        let imported = address("js/offline.js").expect("there");
        let (_, name) = imported.split_once("/js/").expect("a folder");
        assert!(text.contains(&format!("from \"./{name}\";")), "{text}");
        for path in addresses("js") {
            let path = path.split('?').next().expect("a path").strip_prefix("/assets/").expect("an asset");
            let script = asset(path).expect("there");
            let text = String::from_utf8_lossy(&script.bytes);
            assert!(!text.contains(".js\";"), "{path}: an import without its mark");
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
