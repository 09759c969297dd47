//! `corsac why`: reads what people know about a failed request, and says what it means.

use crate::failure::Failure;
use crate::output;
use crate::output::format::Format;
use crate::output::terminal::columns;
use crate::policy_argument::unreadable;
use crate::status::Status;
use clap::Args;
use corsac::capture::{Known, Pasted};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

mod answer;
mod checked;
mod next;

/// Find out why a request failed: paste what the browser printed, a cURL command, a HAR file or response headers
///
/// Nothing is sent. The pasted text can be: sentences of the console of Chromium, Firefox or WebKit, with the text
/// around them; `curl` or `fetch` as developer tools copy them, for bash or for cmd; the output of `curl -i` or `curl
/// -v`; the headers of a response; a HAR file; what `corsac probe --save` wrote. The values of cookies, tokens and keys
/// are replaced as they are read.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file, or the text itself in quotation marks; without it, or with `-`, the standard input
    #[arg(value_name = "FILE_OR_TEXT")]
    input: Option<PathBuf>,

    /// The origin of the page that makes the request, if the input does not show it
    #[arg(long, value_name = "ORIGIN")]
    from: Option<String>,

    /// The URL that is requested, if the input does not show it
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// The request is made with cookies: `credentials: "include"`
    #[arg(long)]
    credentials: bool,

    /// Keep tokens and keys in the command to type next; works on a terminal only
    #[arg(long)]
    show_secrets: bool,

    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  corsac why                    # paste, then press Ctrl-D
  corsac why recorded.har
  corsac why 'Redirect is not allowed for a preflight request.'
  curl -iH 'Origin: https://app.example.com' https://api.example.com/ |
      corsac why --from https://app.example.com
  xclip -o | corsac why

Exit status: 0 if nothing blocks the request, 1 if something does, 2 if the
input cannot be read or understood.";

/// The longest input that is read, in MiB.
const MOST_MIB: u64 = 64;

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if arguments.show_secrets && !io::stdout().is_terminal() {
        return Err(Failure::input("`--show-secrets` works on a terminal only")
            .help("leave out `--show-secrets` if the output goes into a file or another program"));
    }
    if let Some(page) = &arguments.from {
        check_page(page)?;
    }
    let text = read(arguments.input.as_deref())?;
    let known =
        Known { page: arguments.from.as_deref(), url: arguments.url.as_deref(), credentials: arguments.credentials };
    let pasted = Pasted::of(&text, &known).map_err(|error| Failure::input(error.message).help(error.help))?;
    let answer = match pasted {
        Pasted::Console(sentences) => answer::of_sentences(&sentences, &known),
        Pasted::Captured(captured) => answer::of_captured(captured, arguments.show_secrets)?,
    };
    match arguments.format {
        Format::Text => output::print(&answer.to_text(columns()))?,
        Format::Json => output::print(&answer.to_json())?,
    }
    Ok(Status::of(!answer.is_blocked))
}

/// The page always has to be an origin.
fn check_page(page: &str) -> Result<(), Failure> {
    checked::checked(&corsac::browser::Exchange::new(page, "https://server.example/")).map(|_| ()).map_err(|failure| {
        Failure::input(format!("--from: {}", failure.message()))
            .help("write only scheme, host and port, as in `https://app.example.com`, or `null`")
    })
}

fn read(path: Option<&Path>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    match path.filter(|path| *path != Path::new("-")) {
        // A sentence has spaces in it, and there is no file of that name.
        Some(text) if text.to_string_lossy().trim().contains(char::is_whitespace) && !text.exists() => {
            return Ok(text.to_string_lossy().into_owned());
        }
        Some(path) => {
            let read = File::open(path).and_then(|file| file.take((MOST_MIB << 20) + 1).read_to_end(&mut bytes));
            read.map_err(|error| unreadable(path, &error))?;
        }
        None => {
            if io::stdin().is_terminal() {
                anstream::eprintln!("Paste what you have, and press Ctrl-D at the beginning of a line.");
            }
            io::stdin().take((MOST_MIB << 20) + 1).read_to_end(&mut bytes)?;
        }
    }
    if bytes.len() as u64 > MOST_MIB << 20 {
        return Err(Failure::input(format!("the input has more than {MOST_MIB} MiB"))
            .help("keep only the request in question, without its bodies"));
    }
    // Windows writes UTF-16 when output is redirected.
    let utf16 = |read: fn([u8; 2]) -> u16| -> String {
        let units = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units = units.filter_map(|unit| unit.try_into().ok()).map(read);
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => Ok(utf16(u16::from_le_bytes)),
        Some([0xfe, 0xff]) => Ok(utf16(u16::from_be_bytes)),
        _ => Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()),
    }
}
