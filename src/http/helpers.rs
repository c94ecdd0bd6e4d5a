//! What templates may call: texts, code names, dates, numbers, icons and a field's error.
//!
//! Absent: anything that decides. A template shows what its context says.

use chrono::{DateTime, NaiveDate, Utc};
use fluent_bundle::FluentArgs;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, PathAndJson, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde_json::Value;

use crate::http::assets;
use crate::http::texts::{Texts, grouped};

/// Registers every helper for one language.
pub fn register(templates: &mut Handlebars<'static>, texts: &Texts) {
    templates.register_helper("t", Box::new(Translate(texts.clone())));
    templates.register_helper("code", Box::new(CodeName(texts.clone())));
    templates.register_helper("date", Box::new(ShowDate(texts.clone())));
    templates.register_helper("datetime", Box::new(ShowDateTime(texts.clone())));
    templates.register_helper("number", Box::new(ShowNumber));
    templates.register_helper("concat", Box::new(Concat));
    templates.register_helper("error-for", Box::new(ErrorFor));
    templates.register_helper("asset", Box::new(AssetAddress));
    templates.register_helper("icon", Box::new(icon));
}

type Shown<'rc> = Result<ScopedJson<'rc>, RenderError>;

fn failed(reason: impl std::fmt::Display) -> RenderError {
    RenderErrorReason::Other(reason.to_string()).into()
}

fn shown<'rc>(text: impl Into<String>) -> ScopedJson<'rc> {
    ScopedJson::Derived(Value::String(text.into()))
}

/// The parameter at `index`; a path that leads nowhere is an error, as it is for a plain `{{path}}`.
fn param<'h, 'rc>(helper: &'h Helper<'rc>, index: usize) -> Result<&'h PathAndJson<'rc>, RenderError> {
    let found = helper.param(index).ok_or_else(|| failed(format!("{}: parameter {index}", helper.name())))?;
    present(helper, found)?;
    Ok(found)
}

fn present(helper: &Helper<'_>, value: &PathAndJson<'_>) -> Result<(), RenderError> {
    if value.is_value_missing() {
        let path = value.relative_path().map_or("", String::as_str);
        return Err(failed(format!("{}: no value at {path:?}", helper.name())));
    }
    Ok(())
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `{{t "key" name=value}}`. Numbers stay numbers, so that English can choose a plural.
struct Translate(Texts);
impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let key = as_text(param(helper, 0)?.value());
        let mut args = FluentArgs::new();
        for (name, value) in helper.hash() {
            present(helper, value)?;
            match value.value() {
                Value::Number(number) => args.set(*name, number.as_f64().unwrap_or_default()),
                other => args.set(*name, as_text(other)),
            }
        }
        self.0.text(&key, &args).map(shown).map_err(failed)
    }
}

/// `{{code "skill-level" value}}` → the text `skill-level-<value>`; a dash for null.
struct CodeName(Texts);
impl HelperDef for CodeName {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let name = as_text(param(helper, 0)?.value());
        match param(helper, 1)?.value() {
            Value::Null => Ok(shown("—")),
            value => {
                let key = format!("{name}-{}", as_text(value));
                self.0.text(&key, &FluentArgs::new()).map(shown).map_err(failed)
            }
        }
    }
}

/// `{{date value}}`: ISO date in, a dash for null.
struct ShowDate(Texts);
impl HelperDef for ShowDate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let text = match param(helper, 0)?.value() {
            Value::Null => return Ok(shown("—")),
            value => as_text(value),
        };
        let date: NaiveDate = text.parse().map_err(|_| failed(format!("{text:?} is no date")))?;
        Ok(shown(self.0.date(date)))
    }
}

/// `{{datetime value}}`: RFC 3339 instant in, shown in Asia/Shanghai; a dash for null.
struct ShowDateTime(Texts);
impl HelperDef for ShowDateTime {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let text = match param(helper, 0)?.value() {
            Value::Null => return Ok(shown("—")),
            value => as_text(value),
        };
        let at: DateTime<Utc> = text.parse().map_err(|_| failed(format!("{text:?} is no instant")))?;
        Ok(shown(self.0.date_time(at)))
    }
}

/// `{{number value}}`: whole numbers in groups of three, any other text as it is, a dash for null.
struct ShowNumber;
impl HelperDef for ShowNumber {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        Ok(match param(helper, 0)?.value() {
            Value::Null => shown("—"),
            value => match value.as_i64() {
                Some(whole) => shown(grouped(whole)),
                None => shown(as_text(value)),
            },
        })
    }
}

/// `{{concat a b …}}`, for keys and ids made of parts.
struct Concat;
impl HelperDef for Concat {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let mut text = String::new();
        for part in helper.params() {
            present(helper, part)?;
            text.push_str(&as_text(part.value()));
        }
        Ok(shown(text))
    }
}

/// `(error-for name)`: the message for the field `name` in the root's `errors`, or null.
struct ErrorFor;
impl HelperDef for ErrorFor {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let name = as_text(param(helper, 0)?.value());
        let errors = context.data().get("errors").and_then(Value::as_array);
        let found =
            errors.into_iter().flatten().find(|e| e.get("field").and_then(Value::as_str) == Some(&name));
        Ok(ScopedJson::Derived(found.and_then(|e| e.get("message")).cloned().unwrap_or(Value::Null)))
    }
}

/// `{{asset "css/base.css"}}` → the address with the content's mark.
struct AssetAddress;
impl HelperDef for AssetAddress {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Shown<'rc> {
        let path = as_text(param(helper, 0)?.value());
        assets::address(&path).map(shown).ok_or_else(|| failed(format!("no asset {path:?}")))
    }
}

/// `{{icon "valid"}}`: the drawing itself, so that it takes the colour of the text around it.
fn icon(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = as_text(param(helper, 0)?.value());
    let file =
        assets::asset(&format!("icons/{name}.svg")).ok_or_else(|| failed(format!("no icon {name:?}")))?;
    out.write(String::from_utf8_lossy(&file.bytes).trim_end())?;
    Ok(())
}
