//! What Python's strings, json and time offer to chat templates and minijinja does differently or not at all.

use std::io;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, State};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::unicode::is_space;

/// Wall-clock time. weekday: 0 is Monday; day_of_year: 1 is 1 January.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Time {
    pub year: i32,
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub weekday: i32,
    pub day_of_year: i32,
}

fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// `str.strip`, `lstrip`, `rstrip` and `split` without arguments go by Python's idea of white space; all other methods are
/// pycompat's.
pub fn call_method(state: &mut State, value: &Value, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    let no_arguments = arguments.iter().all(Value::is_none) && arguments.len() < 2;
    if let (Some(text), true) = (value.as_str(), no_arguments) {
        match method {
            "strip" => return Ok(text.trim_matches(is_space).into()),
            "lstrip" => return Ok(text.trim_start_matches(is_space).into()),
            "rstrip" => return Ok(text.trim_end_matches(is_space).into()),
            "split" => {
                let words = text.split(is_space).filter(|word| !word.is_empty());
                return Ok(words.map(Value::from).collect::<Vec<_>>().into());
            }
            _ => {}
        }
    }
    minijinja_contrib::pycompat::unknown_method_callback(state, value, method, arguments)
}

/// Jinja's `trim` filter, which also takes what is not a string.
pub fn trim(value: &Value, characters: Option<&str>) -> String {
    let text = value.to_string();
    match characters {
        None => text.trim_matches(is_space).to_string(),
        Some(set) => text.trim_matches(|c| set.contains(c)).to_string(),
    }
}

/// Writes JSON in one line with Python's ", " and ": ".
struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

/// The `tojson` filter of transformers: `json.dumps(x, ensure_ascii=False)`, which escapes no HTML.
pub fn tojson(value: &Value, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    // Accepted because templates pass it; false is also the default here.
    if options.get::<Option<bool>>("ensure_ascii")? == Some(true) {
        return Err(refuse("tojson: ensure_ascii=true is not supported"));
    }
    options.assert_all_used()?;
    let mut json = Vec::new();
    let written = match indent {
        None => write_json(value, &mut Serializer::with_formatter(&mut json, OneLine)),
        Some(width) => {
            let spaces = vec![b' '; width];
            write_json(value, &mut Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(&spaces)))
        }
    };
    written.map_err(|error| refuse(format!("tojson: {error}")))?;
    String::from_utf8(json).map_err(|error| refuse(error.to_string()))
}

fn write_json<W: io::Write, F: Formatter>(value: &Value, out: &mut Serializer<W, F>) -> Result<(), serde_json::Error> {
    value.serialize(out)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// `datetime.strftime` in the C locale; `%-d` and the like leave out leading zeros.
pub fn strftime(time: &Time, format: &str) -> Result<String, Error> {
    let mut text = String::new();
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let mut code = characters.next().unwrap_or('%');
        let bare = code == '-';
        if bare {
            code = characters.next().unwrap_or('%');
        }
        let number = |value: i32, width: usize| if bare { value.to_string() } else { format!("{value:0width$}") };
        let month = MONTHS[(time.month - 1).clamp(0, 11) as usize];
        let day = DAYS[time.weekday.clamp(0, 6) as usize];
        let part = match code {
            'Y' => number(time.year, 4),
            'y' => number(time.year.rem_euclid(100), 2),
            'm' => number(time.month, 2),
            'd' => number(time.day, 2),
            'H' => number(time.hour, 2),
            'I' => number((time.hour + 11) % 12 + 1, 2),
            'M' => number(time.minute, 2),
            'S' => number(time.second, 2),
            'j' => number(time.day_of_year, 3),
            'p' => if time.hour < 12 { "AM" } else { "PM" }.to_string(),
            'B' => month.to_string(),
            'b' => month[..3].to_string(),
            'A' => day.to_string(),
            'a' => day[..3].to_string(),
            '%' => "%".to_string(),
            other => return Err(refuse(format!("strftime_now: %{other} is not supported"))),
        };
        text.push_str(&part);
    }
    Ok(text)
}
