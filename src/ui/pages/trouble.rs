//! What went wrong, what to do about it, and that nothing was lost.

use leptos::prelude::*;

use super::super::client;
use super::super::state::{App, Page};
use crate::locale::{Lang, say, text};
use crate::protocol::{Look, Problem};

/// The failure panel.
pub fn view(app: App, lang: Lang, problem: &Problem, name: &str, kept: bool) -> impl IntoView + use<> {
    let (what, remedy) = say::problem(lang, problem);
    let title = match problem {
        Problem::Crashed { .. } => text::failed_crash_title(lang),
        _ => text::failed_title(lang),
    };
    let columns = problem.asks_for_columns();
    let again = move |_| {
        if let Some(source) = app.source.get_value() {
            client::open(app, source, None, columns.then(Look::default));
        }
    };
    let dismiss = move |_| {
        client::cancel(app);
        app.go(if kept { Page::Overview } else { Page::Start });
    };
    view! {
        <section class="trouble" role="alert" data-testid="trouble">
            <h2>{title}": "{name.to_owned()}</h2>
            <p>{what}</p>
            <p>{remedy}</p>
            {kept.then(|| view! { <p>{text::failed_kept(lang)}</p> })}
            <div class="row">
                <button class="button" on:click=again>{if columns { text::columns_title(lang) } else { text::try_again(lang) }}</button>
                <button class="button" on:click=dismiss>{if kept { text::back_to_result(lang) } else { text::choose_file(lang) }}</button>
            </div>
        </section>
    }
}
