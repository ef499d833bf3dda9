//! The frame around every page: rail, top bar, bottom bar, progress, failures.

use leptos::prelude::*;

use super::client;
use super::pages;
use super::state::{App, Page, ThemeChoice};
use crate::locale::{Lang, say, text};
use crate::session::{Activity, Origin};

/// The whole app.
#[component]
pub fn AppFrame() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    // Charts and sentences are cheap to redraw and change together, so a page is rebuilt for its language.
    let page = move || {
        let lang = app.lang.get();
        match (app.page.get(), app.report()) {
            (Page::Columns, _) => pages::columns::view(app, lang).into_any(),
            (Page::Loss, report) => pages::loss::view(app, lang, report).into_any(),
            (Page::Start, _) | (_, None) => pages::start::view(app, lang).into_any(),
            (Page::Overview, Some(report)) => pages::overview::view(app, lang, report).into_any(),
            (Page::Lifecycle, Some(report)) => pages::lifecycle::view(app, lang, report).into_any(),
            (Page::Patterns, Some(report)) => pages::patterns::view(app, lang, report).into_any(),
            (Page::Value, Some(report)) => pages::value::view(app, lang, report).into_any(),
            (Page::Customers, Some(report)) => pages::customers::view(app, lang, report).into_any(),
            (Page::Quality, Some(report)) => pages::quality::view(app, lang, report).into_any(),
        }
    };
    let focus_main = NodeRef::<leptos::html::Main>::new();
    // A new page starts at its top, and a screen reader starts reading there.
    Effect::new(move |before: Option<Page>| {
        let now = app.page.get();
        if before.is_some_and(|b| b != now)
            && let Some(main) = focus_main.get_untracked()
        {
            let _ = main.focus();
            if let Some(window) = web_sys::window() {
                window.scroll_to_with_x_and_y(0.0, 0.0);
            }
        }
        now
    });
    view! {
        <a class="skip" href="#main" on:click=move |e| { e.prevent_default(); if let Some(m) = focus_main.get() { let _ = m.focus(); } }>
            {move || text::skip_to_content(app.lang.get())}
        </a>
        <div class="app">
            <Rail/>
            <div class="column">
                <TopBar/>
                <Status/>
                <main id="main" tabindex="-1" node_ref=focus_main>{page}</main>
            </div>
        </div>
        <BottomBar/>
    }
}

/// A link to a page.
#[component]
fn PageLink(page: Page, class: &'static str) -> impl IntoView {
    let app = App::use_app();
    view! {
        <a class=class href=page.hash() aria-current=move || (app.page.get() == page).then_some("page")>
            {move || page.name(app.lang.get())}
        </a>
    }
}

/// The pages that can be opened now: the calculator always, the rest with a result.
fn shown(app: App) -> Vec<Page> {
    if app.shown.with(Option::is_some) {
        vec![
            Page::Overview,
            Page::Lifecycle,
            Page::Patterns,
            Page::Value,
            Page::Customers,
            Page::Loss,
            Page::Quality,
            Page::Start,
        ]
    } else {
        vec![Page::Start, Page::Loss]
    }
}

#[component]
fn Rail() -> impl IntoView {
    let app = App::use_app();
    let has = move || app.shown.with(Option::is_some);
    let lang = move || app.lang.get();
    view! {
        <nav class="rail" aria-label=move || text::pages(lang())>
            <a class="brand" href="#/start">"Tenure"<i>"."</i></a>
            <Show when=has>
                <h2>{move || text::group_where(lang())}</h2>
                <PageLink page=Page::Overview class="page"/>
                <PageLink page=Page::Lifecycle class="page"/>
                <PageLink page=Page::Patterns class="page"/>
                <h2>{move || text::group_who(lang())}</h2>
                <PageLink page=Page::Value class="page"/>
                <PageLink page=Page::Customers class="page"/>
            </Show>
            <h2>{move || text::group_cost(lang())}</h2>
            <PageLink page=Page::Loss class="page"/>
            <h2>{move || text::group_data(lang())}</h2>
            <PageLink page=Page::Start class="page"/>
            <Show when=has>
                <PageLink page=Page::Quality class="page"/>
                <PageLink page=Page::Columns class="page"/>
            </Show>
        </nav>
    }
}

#[component]
fn BottomBar() -> impl IntoView {
    let app = App::use_app();
    view! {
        <nav class="bottom" aria-label=move || text::pages(app.lang.get())>
            {move || shown(app).into_iter().map(|page| view! { <PageLink page=page class=""/> }).collect_view()}
        </nav>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let app = App::use_app();
    let file = move || {
        let lang = app.lang.get();
        app.session.with(|s| {
            s.outcome.as_ref().map(|o| {
                let name = origin_name(lang, &o.origin);
                let q = &o.report.quality;
                let rows = match lang {
                    Lang::En => format!(
                        "{} rows, {} set aside",
                        lang.int(q.rows_read as f64),
                        lang.int(q.rows_set_aside as f64)
                    ),
                    Lang::ZhHans => format!(
                        "共 {} 行，搁置 {} 行",
                        lang.int(q.rows_read as f64),
                        lang.int(q.rows_set_aside as f64)
                    ),
                    Lang::ZhHant => format!(
                        "共 {} 列，擱置 {} 列",
                        lang.int(q.rows_read as f64),
                        lang.int(q.rows_set_aside as f64)
                    ),
                };
                let as_of = o.report.overview.as_of.as_deref().map(|d| match lang {
                    Lang::En => format!("as of {}", lang.date(d)),
                    Lang::ZhHans => format!("截至 {}", lang.date(d)),
                    Lang::ZhHant => format!("截至 {}", lang.date(d)),
                });
                view! {
                    <span class="file" title=name.clone()>{name.clone()}</span>
                    <a class="wide quiet" href=Page::Quality.hash() data-testid="rows">{rows}</a>
                    <span class="wide">{as_of}</span>
                }
            })
        })
    };
    let badge = move || {
        let n = app.requests.get();
        match app.lang.get() {
            Lang::En if n == 1 => "1 request since load".to_owned(),
            Lang::En => format!("{n} requests since load"),
            Lang::ZhHans => format!("加载后 {n} 次请求"),
            Lang::ZhHant => format!("載入後 {n} 次請求"),
        }
    };
    view! {
        <header class="top">
            {file}
            <span class="space"></span>
            <span class="privacy" class:broken=move || app.requests.get().gt(&0) title=move || text::privacy_more(app.lang.get())>
                <i aria-hidden="true"></i>{badge}
            </span>
            <div class="tools no-print">
                <label>
                    <span class="visually-hidden">{move || text::language(app.lang.get())}</span>
                    <select class="control" data-testid="language" on:change=move |e| app.choose_lang(Lang::from_tag(&event_target_value(&e)))>
                        {Lang::ALL.map(|l| view! { <option value=l.tag() selected=move || app.lang.get() == l lang=l.tag()>{l.name()}</option> }).collect_view()}
                    </select>
                </label>
                <ThemeButton/>
            </div>
        </header>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let app = App::use_app();
    let name = move |choice: ThemeChoice| match choice {
        ThemeChoice::Auto => text::theme_auto(app.lang.get()),
        ThemeChoice::Light => text::theme_light(app.lang.get()),
        ThemeChoice::Dark => text::theme_dark(app.lang.get()),
    };
    const ALL: [(ThemeChoice, &str); 3] =
        [(ThemeChoice::Auto, "auto"), (ThemeChoice::Light, "light"), (ThemeChoice::Dark, "dark")];
    let choose = move |value: String| {
        if let Some((choice, _)) = ALL.iter().find(|(_, v)| *v == value) {
            app.choose_theme(*choice);
        }
    };
    view! {
        <label>
            <span class="visually-hidden">{move || text::theme(app.lang.get())}</span>
            <select class="control" data-testid="theme" on:change=move |e| choose(event_target_value(&e))>
                {ALL.map(|(choice, value)| view! { <option value=value selected=move || app.theme.get() == choice>{move || name(choice)}</option> }).collect_view()}
            </select>
        </label>
    }
}

/// What is under way or went wrong, above the page: the result below stays as it is.
#[component]
fn Status() -> impl IntoView {
    let app = App::use_app();
    let running = Memo::new(move |_| app.session.with(|s| matches!(s.activity, Activity::Running { .. })));
    let failed = Memo::new(move |_| {
        app.session.with(|s| match &s.activity {
            Activity::Failed { problem, origin } => {
                Some((problem.clone(), origin.clone(), s.outcome.is_some()))
            }
            _ => None,
        })
    });
    view! {
        <Show when=move || running.get()><RunningLine/></Show>
        {move || failed.get().map(|(problem, origin, kept)| {
            let lang = app.lang.get();
            pages::trouble::view(app, lang, &problem, &origin_name(lang, &origin), kept)
        })}
    }
}

/// The name of a file, or of the sample.
fn origin_name(lang: Lang, origin: &Origin) -> String {
    match origin {
        Origin::File(names) => names.join(", "),
        Origin::Sample => text::sample_name(lang).to_owned(),
    }
}

/// The progress line. It appears after 300 ms: shorter work shows its result instead.
#[component]
fn RunningLine() -> impl IntoView {
    let app = App::use_app();
    let late = RwSignal::new(false);
    let timer = gloo::timers::callback::Timeout::new(300, move || late.set(true));
    on_cleanup({
        let timer = StoredValue::new_local(Some(timer));
        move || timer.dispose()
    });
    let progress = Memo::new(move |_| {
        app.session.with(|s| match &s.activity {
            Activity::Running { progress, .. } => *progress,
            _ => None,
        })
    });
    let label =
        move || progress.get().map_or(text::working(app.lang.get()), |p| say::step(app.lang.get(), p.step));
    let share = move || progress.get().filter(|p| p.total > 0.0).map(|p| (p.done / p.total).clamp(0.0, 1.0));
    view! {
        <Show when=move || late.get()>
            <div class="running" role="status" data-testid="running">
                <span>{label}" "{move || share().map(|s| app.lang.get().percent0(s))}</span>
                <progress aria-label=label prop:max=1.0 prop:value=move || share().unwrap_or(0.0)></progress>
                <button class="button" data-testid="cancel" on:click=move |_| client::cancel(app)>{move || text::cancel(app.lang.get())}</button>
            </div>
        </Show>
    }
}
