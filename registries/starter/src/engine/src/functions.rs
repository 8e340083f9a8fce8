//! Functions that templates may call: `fail`, `warn`, `read` and `tpl`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::Kwargs;
use minijinja::{context, Environment, Error, ErrorKind, State, Value};

use crate::filters::refuse;

/// How many texts given to `tpl` may render each other.
const TPL_DEPTH: usize = 10;

/// The warnings of one render, each once, in order.
#[derive(Clone, Default)]
pub struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn add(&self, message: String) {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !messages.contains(&message) {
            messages.push(message);
        }
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The templates by name; shared, since several functions look into them.
pub type Templates = Arc<BTreeMap<String, String>>;

pub fn add_to(
    environment: &mut Environment<'static>,
    templates: &Templates,
    data: &Value,
    warnings: &Warnings,
) {
    environment.add_function("fail", |message: &str| -> Result<Value, Error> {
        Err(refuse(message))
    });

    let warnings = warnings.clone();
    environment.add_function("warn", move |message: String| {
        warnings.add(message);
        ""
    });

    let files = templates.clone();
    environment.add_function("read", move |name: &str| {
        files.get(name).cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::TemplateNotFound,
                format!("there is no file `{name}` to read"),
            )
        })
    });

    let data = data.clone();
    let depth = AtomicUsize::new(0);
    environment.add_function("tpl", move |state: &State, source: &str, extra: Kwargs| {
        let extra = Value::from(extra);
        let scope = context! { ..extra, ..data.clone() };
        let name = format!("tpl in {}", state.name());
        // each text starts counting its own recursion anew
        if depth.fetch_add(1, Relaxed) == TPL_DEPTH {
            return Err(refuse(format!("tpl is nested more than {TPL_DEPTH} times")));
        }
        let rendered = state.env().render_named_str(&name, source, scope);
        depth.fetch_sub(1, Relaxed);
        rendered.map_err(|error| {
            // wrapped, so that the place of the call is told as well
            Error::new(ErrorKind::BadInclude, "a text given to tpl").with_source(error)
        })
    });
}
