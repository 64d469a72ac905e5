//! Chat templates, rendered as transformers renders them. A template comes with the model and is not trusted.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind};

use crate::failure::Failure;
use crate::python::{self, Time};

/// Steps of one rendering, about half a second. A long conversation takes some ten thousand.
const FUEL: u64 = 10_000_000;
const MAX_RECURSION: usize = 100;
const NAME: &str = "chat_template";

pub struct ChatTemplate {
    environment: Environment<'static>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            message.push_str(&format!(": {inner}"));
            cause = inner.source();
        }
        Failure { message, line: error.line().unwrap_or(0) }
    }
}

impl ChatTemplate {
    pub fn new(source: &str) -> Result<Self, Failure> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_unknown_method_callback(python::call_method);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(MAX_RECURSION);
        environment.add_filter("tojson", python::tojson);
        environment.add_filter("trim", python::trim);
        environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, format!("the template refuses the conversation: {message}")))
        });
        environment.add_template_owned(NAME, without_generation_blocks(source))?;
        Ok(ChatTemplate { environment })
    }

    /// `variables` is a JSON object. Without `time` the template finds no `strftime_now`.
    pub fn render(&self, variables: &str, time: Option<Time>) -> Result<String, Failure> {
        let variables: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(variables).map_err(Failure::new)?;
        let mut context: BTreeMap<String, Value> =
            variables.iter().map(|(name, value)| (name.clone(), Value::from(Serde(value)))).collect();
        if let Some(time) = time {
            let strftime_now = Value::from_function(move |format: String| python::strftime(&time, &format));
            context.insert("strftime_now".to_string(), strftime_now);
        }
        Ok(self.environment.get_template(NAME)?.render(Value::from(context))?)
    }
}

/// transformers marks the assistant's words by {% generation %} ... {% endgeneration %}, which changes nothing in the text:
/// each pair becomes a condition that always holds. Line numbers stay as they are.
fn without_generation_blocks(source: &str) -> String {
    let mut rewritten = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((tag_begin, tag_end)) = next_tag(rest) {
        let tag = &rest[tag_begin..tag_end];
        let word = tag.trim_matches(|c: char| matches!(c, '{' | '}' | '%' | '-' | '+') || c.is_whitespace());
        rewritten.push_str(&rest[..tag_begin]);
        match word {
            "generation" => rewritten.push_str(&tag.replace(word, "if true")),
            "endgeneration" => rewritten.push_str(&tag.replace(word, "endif")),
            _ => rewritten.push_str(tag),
        }
        rest = &rest[tag_end..];
    }
    rewritten + rest
}

fn next_tag(text: &str) -> Option<(usize, usize)> {
    let begin = text.find("{%")?;
    let length = text[begin..].find("%}")? + "%}".len();
    Some((begin, begin + length))
}
