//! The page on which a spreadsheet is handed in, the same for every kind of sheet.

use serde_json::{Value, json};

use crate::http::call::{Answer, Call};
use crate::http::page::{see_other, show, show_refused};
use crate::http::problem::Problem;

/// Where an import belongs.
#[derive(Debug, Clone)]
pub struct Place {
    /// Keys the title and the text: `import-<key>-title`, `import-<key>-lead`.
    pub key: &'static str,
    /// The list that it adds to, where its reader goes next.
    pub back: String,
}

impl Place {
    fn page(&self) -> Value {
        json!({ "key": self.key, "back": self.back, "template_href": format!("{}/template.xlsx", self.back) })
    }

    fn title(&self) -> String {
        format!("import-{}-title", self.key)
    }
}

pub fn show_import(call: &Call, place: &Place) -> Answer {
    show(call, "pages/sheet-import", &place.title(), place.page())
}

/// After an import: on to the list, or the page again with everything that is wrong in the file.
pub fn answer_import(call: &Call, place: &Place, done: Result<usize, Problem>) -> Answer {
    match done {
        Ok(_) => Ok(see_other(&place.back, Some("imported"))),
        Err(Problem::Invalid(invalid)) => {
            show_refused(call, "pages/sheet-import", &place.title(), place.page(), &invalid)
        }
        Err(problem) => Err(problem),
    }
}
