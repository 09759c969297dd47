//! `corsac probe`: sends a server what a page would send, and explains how a browser handles its responses.

use crate::exchange_arguments::{RequestArguments, to_send};
use crate::failure::Failure;
use crate::network::client::Client;
use crate::network::page::{Played, check_is_useful, play};
use crate::output;
use crate::output::format::Format;
use crate::output::terminal::{columns, plain};
use crate::policy_argument::{load, shown};
pub(crate) use crate::probe::options::Arguments;
use crate::probe::result::{Origin, Probed};
use crate::status::Status;
use corsac::Policy;
use corsac::browser::{Body, Credentials, Exchange};
use corsac::explain::{
    WireComparison, attack_origins, compare_with_wire, diagnose, experiments, observe_attacks, observe_cache,
    observe_experiments,
};
use std::path::Path;

mod har;
mod options;
mod plan;
mod result;

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let policy = arguments.policy.as_deref().map(load).transpose()?;
    if arguments.cache && arguments.from.len() < 2 {
        return Err(Failure::input("`--cache` needs two pages")
            .help("give `--from` twice, as in `--from https://a.example.com --from https://b.example.com`"));
    }
    let exchanges: Vec<Exchange> =
        arguments.from.iter().map(|page| asked(arguments, page)).collect::<Result<_, _>>()?;
    for exchange in &exchanges {
        check_is_useful(exchange, arguments.send)?;
    }
    if arguments.dry_run {
        output::print(&plan::listed(arguments, &exchanges))?;
        return Ok(Status::Yes);
    }
    let mut client = Client::new(&arguments.client, arguments.cookie.as_deref(), arguments.data.as_deref())?;
    let mut probed = Probed::default();
    for exchange in &exchanges {
        probed.origins.push(probe(arguments, exchange, policy.as_ref(), &mut client));
    }
    if let Some(first) = exchanges.first() {
        if arguments.cache {
            let again = play(first, &mut client, arguments.send, "the first page again").exchange;
            let mut all: Vec<Exchange> =
                probed.origins.iter().map(|origin| origin.explanation.exchange.clone()).collect();
            all.push(again);
            probed.cache = Some(observe_cache(&all));
        }
        if arguments.attack {
            probed.attack = Some(attack(first, &mut client));
        }
    }
    probed.sent = std::mem::take(&mut client.sent);
    save(arguments, &probed)?;
    match arguments.format {
        Format::Text => output::print(&probed.to_text(columns()))?,
        Format::Json => output::print(&probed.to_json())?,
    }
    Ok(probed.status())
}

/// The request of a page, including its secrets.
fn asked(arguments: &Arguments, page: &str) -> Result<Exchange, Failure> {
    let request = RequestArguments::fetch(page, &arguments.method, arguments.headers.clone(), arguments.credentials);
    let mut exchange = to_send(&arguments.url, &request)?;
    if arguments.data.is_some() {
        exchange.request.body = Body::Text;
    }
    Ok(exchange)
}

fn probe(arguments: &Arguments, exchange: &Exchange, policy: Option<&Policy>, client: &mut Client) -> Origin {
    let before = client.sent.len();
    let Played { exchange: wire, is_left_out } = play(exchange, client, arguments.send, "the page");
    let detail = client.sent.get(before..).unwrap_or_default().iter().rev().find_map(|sent| sent.detail.clone());
    let has_answer = wire.hops.iter().any(|hop| hop.preflight.status().is_some() || hop.response.status().is_some());
    let mut observations = Vec::new();
    // If the server does not respond, further requests would not show anything else.
    if !arguments.only && !arguments.cache && has_answer {
        let mut answers = Vec::new();
        for (experiment, request) in experiments(exchange) {
            answers.push((experiment, client.send(experiment.as_str(), &request)));
        }
        observations = observe_experiments(&wire, &answers);
    }
    let (explanation, differences) = match policy.map(|policy| compare_with_wire(policy, &wire)) {
        Some(WireComparison { explanation, differences }) => (explanation, Some(differences)),
        None => (diagnose(&wire), None),
    };
    Origin { explanation, differences, observations, is_left_out, detail }
}

/// Sends each origin that an attacker could have, with a preflight or a GET.
fn attack(exchange: &Exchange, client: &mut Client) -> Vec<corsac::explain::Observation> {
    let Some((_, like)) = experiments(exchange).into_iter().find(|(name, _)| name.as_str() == "foreign-origin") else {
        return Vec::new();
    };
    let mut answers = Vec::new();
    for origin in attack_origins(&exchange.page, &exchange.request.url) {
        let mut request = like.clone();
        for (name, value) in &mut request.headers {
            if name.eq_ignore_ascii_case(b"origin") {
                *value = origin.clone().into_bytes();
            }
        }
        let answer = client.send("attack", &request);
        answers.push((origin, answer));
    }
    observe_attacks(&answers, exchange.request.credentials() == Credentials::Include)
}

fn save(arguments: &Arguments, probed: &Probed) -> Result<(), Failure> {
    if let (Some(path), Some(first)) = (&arguments.save, probed.origins.first()) {
        write(path, &format!("{}\n", first.explanation.exchange.to_json()))?;
    }
    if let Some(path) = &arguments.har {
        write(path, &har::written(&probed.sent))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::input(format!("`{}` cannot be written: {}", shown(path), plain(&error))))
}
