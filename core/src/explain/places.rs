//! The place of a setting in a policy: the route, the field and the line.

use crate::config::list::At;
use crate::config::notation::Notation;
use crate::config::settings::List;
use crate::config::settings_table::Setting;
use crate::decide::policy::{Policy, Rules};
use crate::explain::explanation::{NearMiss, PolicyPlace};
use crate::explain::near::{Difference, nearest};
use crate::paths::RouteChoice;
use crate::read::line_numbers::LineFinder;
use std::cell::OnceCell;
use std::sync::Arc;

/// A policy whose settings are looked up as they were written.
pub(crate) struct Places<'p> {
    policy: &'p Policy,
    /// The text is parsed once, when the first line is asked for.
    lines: OnceCell<LineFinder<'p>>,
}

impl<'p> Places<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Places { policy, lines: OnceCell::new() }
    }

    pub(crate) fn notation(&self) -> Notation {
        self.policy.retained.as_ref().map_or_else(Notation::default, |retained| retained.notation)
    }

    /// The rules that decide on a route.
    pub(crate) fn rules(&self, route: RouteChoice) -> &'p Rules {
        let routes = self.policy.routes.as_ref();
        match (route, routes) {
            (RouteChoice::Route(index), Some(routes)) => routes.rules.get(index as usize).unwrap_or(&self.policy.rules),
            _ => &self.policy.rules,
        }
    }

    /// The place where a setting is written, or would be written.
    pub(crate) fn of(&self, route: RouteChoice, setting: Setting) -> PolicyPlace {
        self.at(route, self.field(route, setting))
    }

    /// A field, with its route and line.
    pub(crate) fn at(&self, route: RouteChoice, field: String) -> PolicyPlace {
        let path = index(route).and_then(|index| self.policy.retained.as_ref()?.path(index));
        PolicyPlace { route: path.map(str::to_owned), line: self.line(&field), field }
    }

    fn field(&self, route: RouteChoice, setting: Setting) -> String {
        match (&self.policy.retained, index(route)) {
            (Some(retained), route) => retained.field(route, setting),
            // The settings of this policy were too large to be kept. It is only known whether a route has
            // origins of its own.
            (None, Some(index)) if !Arc::ptr_eq(&self.rules(route).origins, &self.policy.rules.origins) => {
                format!("routes[{index}].{}", setting.name())
            }
            (None, _) => setting.name().to_owned(),
        }
    }

    /// The name of a setting, without the path to it.
    pub(crate) fn name(field: &str) -> &str {
        field.rsplit('.').next().unwrap_or(field)
    }

    /// The list that a setting has for the route.
    pub(crate) fn list(&self, route: RouteChoice, setting: Setting) -> Option<&'p List> {
        let settings = self.policy.retained.as_ref()?.settings(index(route));
        Some(match setting {
            Setting::AllowOrigins => &settings.allow_origins,
            Setting::AllowOriginRegex => &settings.allow_origin_regex,
            Setting::AllowMethods => &settings.allow_methods,
            Setting::AllowHeaders => &settings.allow_headers,
            Setting::ExposeHeaders => &settings.expose_headers,
            _ => return None,
        })
    }

    /// Of the patterns that decide on the route, the one that the origin nearly matches.
    pub(crate) fn near(&self, route: RouteChoice, origin: &str) -> Option<(Difference, NearMiss)> {
        let (difference, configured) = nearest(self.rules(route).origins.patterns(), origin)?;
        let field = self.entry(route, Setting::AllowOrigins, &configured);
        let line = self.line(&field);
        Some((difference, NearMiss { what: difference.as_str(), configured, field, line }))
    }

    /// The field of an entry in a list: that of the list if the entry is not found.
    pub(crate) fn entry(&self, route: RouteChoice, setting: Setting, text: &str) -> String {
        let field = self.field(route, setting);
        let entry = self.list(route, setting).and_then(|list| list.entries.iter().find(|entry| entry.text == text));
        match entry.map(|entry| &entry.at) {
            None | Some(At::Whole) => field,
            Some(at) => format!("{field}{at}"),
        }
    }

    fn line(&self, field: &str) -> Option<usize> {
        let retained = self.policy.retained.as_ref()?;
        let text = retained.text.as_deref()?;
        let lines = self.lines.get_or_init(|| match retained.notation {
            Notation::Json => LineFinder::of_json(text),
            _ => LineFinder::of_toml(text),
        });
        lines.line(field)
    }
}

fn index(route: RouteChoice) -> Option<u32> {
    match route {
        RouteChoice::Route(index) => Some(index),
        _ => None,
    }
}
