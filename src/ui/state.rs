//! What the page knows: the session, the reader's choices, and where they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use gloo::storage::{LocalStorage as Storage, Storage as _};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::PerformanceEntry;

use super::client::{Client, Source};
use crate::ingest::{IssuePage, Mapping};
use crate::locale::{Lang, text};
use crate::report::{Choice, CustomerFilter, CustomerRows, Report, Settings};
use crate::session::Session;

/// A page and its address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Open a file.
    #[default]
    Start,
    /// Which column is which.
    Columns,
    /// Headline figures.
    Overview,
    /// Stages.
    Lifecycle,
    /// Patterns.
    Patterns,
    /// Value matrix and RFM.
    Value,
    /// Calculators.
    Loss,
    /// The table of customers.
    Customers,
    /// What became of every row, and what to check.
    Quality,
}

impl Page {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Start, "start"),
        (Self::Columns, "columns"),
        (Self::Overview, "overview"),
        (Self::Lifecycle, "lifecycle"),
        (Self::Patterns, "patterns"),
        (Self::Value, "value"),
        (Self::Loss, "loss"),
        (Self::Customers, "customers"),
        (Self::Quality, "quality"),
    ];

    /// The page of an address such as `#/overview`.
    pub fn from_hash(hash: &str) -> Self {
        let name = hash.trim_start_matches("#/").split(['/', '?']).next().unwrap_or_default();
        Self::ALL.iter().find(|(_, n)| *n == name).map_or(Self::Start, |(p, _)| *p)
    }

    /// Its address.
    pub fn hash(self) -> String {
        format!("#/{}", Self::ALL.iter().find(|(p, _)| *p == self).map_or("start", |(_, n)| n))
    }

    /// Its name.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Start => text::page_start(lang),
            Self::Columns => text::page_columns(lang),
            Self::Overview => text::page_overview(lang),
            Self::Lifecycle => text::page_lifecycle(lang),
            Self::Patterns => text::page_patterns(lang),
            Self::Value => text::page_value(lang),
            Self::Loss => text::page_loss(lang),
            Self::Customers => text::page_customers(lang),
            Self::Quality => text::page_quality(lang),
        }
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A report that is equal only to itself: a page is rebuilt when another report arrives, not when progress is told.
#[derive(Clone)]
pub struct Shown(pub Arc<Report>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The result before a run with another setting, to compare with.
#[derive(Clone)]
pub struct Before {
    /// What was changed.
    pub choice: Choice,
    /// The result.
    pub report: Arc<Report>,
    /// Its settings.
    pub settings: Settings,
}

/// Everything the components share. Copied freely: it holds only handles.
#[derive(Clone, Copy)]
pub struct App {
    /// Result and work under way.
    pub session: RwSignal<Session>,
    /// The report on screen.
    pub shown: Memo<Option<Shown>>,
    /// Language.
    pub lang: RwSignal<Lang>,
    /// Theme as chosen.
    pub theme: RwSignal<ThemeChoice>,
    /// Whether the page is dark now.
    pub dark: Memo<bool>,
    /// Where the reader is.
    pub page: RwSignal<Page>,
    /// Settings of the next run.
    pub settings: RwSignal<Settings>,
    /// The last page of customers, with its ticket.
    pub rows: RwSignal<(u32, CustomerRows)>,
    /// Filter of the customer table, set by links from other pages.
    pub filter: RwSignal<CustomerFilter>,
    /// The last page of rows set aside, with its ticket.
    pub issues: RwSignal<(u32, IssuePage)>,
    /// The result before a run with another setting.
    pub before: RwSignal<Option<Before>>,
    /// Network requests seen since the page had loaded.
    pub requests: RwSignal<u32>,
    /// The workers.
    pub client: StoredValue<Client, LocalStorage>,
    /// Numbers typed on the loss page, by field: they outlive a change of page or language, not another report.
    pub typed: StoredValue<BTreeMap<&'static str, String>>,
    /// What was opened last, for a second run with other columns.
    pub source: StoredValue<Option<Source>, LocalStorage>,
    /// What the user had said of its columns.
    pub mapping: StoredValue<Option<Mapping>>,
}

const LANG_KEY: &str = "tenure.lang";
const THEME_KEY: &str = "tenure.theme";

impl App {
    /// Fresh state; language and theme as remembered, else as the browser says.
    pub fn new() -> Self {
        let lang = RwSignal::new(Storage::get::<Lang>(LANG_KEY).unwrap_or_else(|_| browser_lang()));
        let theme = RwSignal::new(Storage::get::<ThemeChoice>(THEME_KEY).unwrap_or_default());
        let system_dark = system_dark();
        let dark = Memo::new(move |_| match theme.get() {
            ThemeChoice::Auto => system_dark.get(),
            ThemeChoice::Light => false,
            ThemeChoice::Dark => true,
        });
        let session = RwSignal::new(Session::default());
        let app = Self {
            session,
            shown: Memo::new(move |_| session.with(Session::report).map(Shown)),
            lang,
            theme,
            dark,
            page: RwSignal::new(Page::from_hash(&hash())),
            settings: RwSignal::new(Settings::default()),
            rows: RwSignal::default(),
            filter: RwSignal::default(),
            issues: RwSignal::default(),
            before: RwSignal::new(None),
            requests: RwSignal::new(0),
            client: StoredValue::new_local(Client::default()),
            typed: StoredValue::new(BTreeMap::new()),
            source: StoredValue::new_local(None),
            mapping: StoredValue::new(None),
        };
        app.follow_address();
        app.mark_document();
        app.count_requests();
        app
    }

    /// The app of the component tree.
    pub fn use_app() -> Self {
        expect_context::<Self>()
    }

    /// Goes to a page; the address follows, so that "back" works.
    pub fn go(self, page: Page) {
        if let Some(window) = web_sys::window() {
            let _ = window.location().set_hash(&page.hash());
        }
        // A page that is there already stays as it is, and with it the focus.
        if self.page.get_untracked() != page {
            self.page.set(page);
        }
    }

    /// The report on screen.
    pub fn report(self) -> Option<Arc<Report>> {
        self.shown.get().map(|s| s.0)
    }

    /// The same, once.
    pub fn report_untracked(self) -> Option<Arc<Report>> {
        self.shown.get_untracked().map(|s| s.0)
    }

    /// Remembers the language.
    pub fn choose_lang(self, lang: Lang) {
        // Storage is refused in sandboxes; the choice then lasts as long as the page.
        let _ = Storage::set(LANG_KEY, lang);
        self.lang.set(lang);
    }

    /// Remembers the theme.
    pub fn choose_theme(self, theme: ThemeChoice) {
        let _ = Storage::set(THEME_KEY, theme);
        self.theme.set(theme);
    }

    fn follow_address(self) {
        let Some(window) = web_sys::window() else { return };
        let listener = Closure::<dyn FnMut()>::new(move || self.page.set(Page::from_hash(&hash())));
        let _ = window.add_event_listener_with_callback("hashchange", listener.as_ref().unchecked_ref());
        listener.forget();
    }

    /// `lang` and theme live on the root element, where style sheets and screen readers look for them.
    fn mark_document(self) {
        Effect::new(move |_| {
            let Some(root) = root_element() else { return };
            let lang = self.lang.get();
            let _ = root.set_attribute("lang", lang.tag());
            let _ = root.set_attribute("data-theme", if self.dark.get() { "dark" } else { "light" });
            if let Some(document) = web_sys::window().and_then(|w| w.document()) {
                document.set_title(&format!("Tenure · {}", self.page.get().name(lang)));
            }
        });
    }

    /// Counts what the browser itself reports as fetched from now on; the badge shows the number.
    fn count_requests(self) {
        let Some(since) = now() else { return };
        let count = Closure::<dyn FnMut(web_sys::PerformanceObserverEntryList)>::new(
            move |list: web_sys::PerformanceObserverEntryList| {
                // The worker's script is a blob made by this page: memory, not network.
                let entries = list.get_entries();
                let network =
                    entries.iter().filter_map(|e| e.dyn_into::<PerformanceEntry>().ok()).filter(|e| {
                        e.start_time() >= since
                            && (e.name().starts_with("http") || e.name().starts_with("ws"))
                    });
                let n = network.count() as u32;
                if n > 0 {
                    self.requests.update(|r| *r += n);
                }
            },
        );
        if let Ok(observer) = web_sys::PerformanceObserver::new(count.as_ref().unchecked_ref()) {
            let kinds = js_sys::Array::of1(&"resource".into());
            observer.observe(&web_sys::PerformanceObserverInit::new(&kinds));
        }
        count.forget();
    }
}

fn now() -> Option<f64> {
    web_sys::window()?.performance().map(|p| p.now())
}

fn hash() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

fn root_element() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

fn browser_lang() -> Lang {
    web_sys::window().and_then(|w| w.navigator().language()).map_or(Lang::En, |tag| Lang::from_tag(&tag))
}

fn system_dark() -> RwSignal<bool> {
    let query = web_sys::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten());
    let dark = RwSignal::new(query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let listened = query.clone();
        let listener = Closure::<dyn FnMut()>::new(move || dark.set(listened.matches()));
        let _ = query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref());
        listener.forget();
    }
    dark
}
