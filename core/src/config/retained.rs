//! The settings of a policy as they were written. They are kept so that explanations can name settings, entries of
//! lists, and lines.

use crate::config::notation::Notation;
use crate::config::settings::{Document, List, Settings};
use crate::config::settings_table::{PackageOption, Setting};
use crate::limits::RETAINED_BYTES;
use std::sync::Arc;

/// The settings of a policy as they were read, and its text.
#[derive(Debug)]
pub(crate) struct Retained {
    pub(crate) document: Document,
    pub(crate) notation: Notation,
    /// The text, if the policy was read from one.
    pub(crate) text: Option<Box<str>>,
    memory: usize,
}

impl Retained {
    /// `None` if they would take too much memory.
    pub(crate) fn new(document: Document, notation: Notation) -> Option<Box<Self>> {
        let memory = memory(&document);
        (memory <= RETAINED_BYTES).then(|| Box::new(Retained { document, notation, text: None, memory }))
    }

    /// Keeps the text, unless it is too long.
    pub(crate) fn keep_text(&mut self, text: &[u8]) {
        if text.len() <= RETAINED_BYTES {
            self.text = std::str::from_utf8(text).ok().map(Into::into);
            self.memory += text.len();
        }
    }

    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// The settings of the route with this index, or those of the top level.
    pub(crate) fn settings(&self, route: Option<u32>) -> &Settings {
        let route = route.and_then(|index| self.document.routes.get(index as usize));
        route.map_or(&self.document.settings, |route| &route.settings)
    }

    /// The path of a route, as it was written.
    pub(crate) fn path(&self, route: u32) -> Option<&str> {
        self.document.routes.get(route as usize).map(|route| route.written.path.as_str())
    }

    /// The field at which a setting of the route is written, or would be written: the route's own, or that of the top
    /// level.
    pub(crate) fn field(&self, route: Option<u32>, setting: Setting) -> String {
        let name = self.name(setting);
        let route = route.and_then(|index| self.document.routes.get(index as usize));
        match route.filter(|route| route.written.settings.contains(&setting)) {
            Some(route) => format!("{}.{name}", route.field),
            None => name.to_owned(),
        }
    }

    /// The name that the dialect has for a setting.
    fn name(&self, setting: Setting) -> &'static str {
        // Only the `cors` dialect has a list of origins with this name.
        if self.document.settings.allow_origins.field != PackageOption::Origin.name() {
            return setting.name();
        }
        let option = PackageOption::ALL.iter().find(|option| option.meant().contains(&setting));
        option.map_or(setting.name(), |option| option.name())
    }
}

/// The bytes that a document takes, roughly. Inherited settings of routes count once.
fn memory(document: &Document) -> usize {
    let top = &document.settings;
    let routes = document.routes.iter().map(|route| {
        let own = lists(&route.settings).into_iter().zip(lists(top)).filter(|(own, top)| !Arc::ptr_eq(own, top));
        size_of_val(route) + own.map(|(own, _)| list_memory(own)).sum::<usize>()
    });
    lists(top).into_iter().map(|list| list_memory(list)).sum::<usize>() + routes.sum::<usize>()
}

fn lists(settings: &Settings) -> [&Arc<List>; 5] {
    [
        &settings.allow_origins,
        &settings.allow_origin_regex,
        &settings.allow_methods,
        &settings.allow_headers,
        &settings.expose_headers,
    ]
}

fn list_memory(list: &List) -> usize {
    list.entries.iter().map(|entry| size_of_val(entry) + entry.text.len()).sum()
}
