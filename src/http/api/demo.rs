//! What exists in the demonstration only.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::clock::keep_offset;
use crate::http::call::{Answer, Call, ok};
use crate::http::input::Input;
use crate::http::problem::Problem;
use crate::kernel::dates::duration_seconds;
use crate::kernel::form::{Fields, Form};
use crate::kernel::invalid::FieldError;

/// How far to move the clock, in seconds.
pub struct ClockAdvance {
    pub seconds: u32,
}

impl Form for ClockAdvance {
    fn read(f: &mut Fields) -> Option<Self> {
        let text = f.text("advance", 40)?;
        let seconds = duration_seconds(&text);
        if seconds.is_none() {
            f.refuse(FieldError::new("advance", "not-a-duration"));
        }
        Some(Self { seconds: seconds? })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// The registry's time now.
    pub now: String,
    pub offset_seconds: i64,
}

pub async fn clock_advance(call: Call, Input(advance): Input<ClockAdvance>) -> Answer {
    let view = call
        .work(move |app, _| {
            let offset_seconds = app.clock.advance(advance.seconds);
            keep_offset(&app.config.data_dir, offset_seconds)
                .map_err(|error| Problem::Internal(error.to_string()))?;
            Ok(ClockView { now: app.clock.now().to_rfc3339(), offset_seconds })
        })
        .await?;
    ok(&view)
}
