//! How the file is written: what was found, on what grounds, and what the user says instead. Each choice asks the
//! worker for a new proposal, so that its effect on the rows below shows at once.

use leptos::prelude::*;

use super::super::client;
use super::super::state::App;
use crate::ingest::{Delimiter, Dialect, Format, Quote, Shape, Table, Told};
use crate::locale::{Lang, say, text};
use crate::protocol::Look;

/// Encodings offered, by their label. The first few cover nearly all files; of the rest, a user knows which.
const ENCODINGS: [&str; 18] = [
    "UTF-8",
    "gb18030",
    "Big5",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "Shift_JIS",
    "EUC-JP",
    "EUC-KR",
    "macintosh",
];

/// The panel. It stays while the table under it changes, so that the focus stays on the control just used.
pub fn view(app: App, lang: Lang, table: Signal<Option<std::sync::Arc<Table>>>) -> impl IntoView {
    let told = RwSignal::new(Told::default());
    Effect::new(move |_| {
        if let Some(now) = table.get() {
            told.set(now.told.clone());
        }
    });
    let found = move || table.with(|t| t.as_ref().map(|t| t.dialect)).unwrap_or_default();
    let change = move |set: &dyn Fn(&mut Told)| {
        told.update(set);
        look(app, told.get_untracked(), None);
    };
    let encoding = move || {
        let name = table.with(|t| t.as_ref().map(|t| t.encoding.clone())).unwrap_or_default();
        told.with(|t| t.encoding.is_none()).then_some(name)
    };
    let option = move |value: String, name: String, now: Signal<bool>| {
        view! { <option value=value prop:selected=move || now.get()>{name}</option> }
    };
    let as_found = move |what: Signal<Option<String>>| {
        let name = move || match what.get() {
            Some(found) => format!("{}: {found}", text::written_as_found(lang)),
            None => text::written_as_found(lang).to_owned(),
        };
        view! { <option value="" prop:selected=move || what.get().is_some()>{name}</option> }
    };
    let encodings = ENCODINGS
        .map(|label| {
            let now = Signal::derive(move || told.with(|t| t.encoding.as_deref() == Some(label)));
            option(label.to_owned(), say::encoding(lang, label), now)
        })
        .collect_view();
    let delimiters = Delimiter::ALL
        .map(|d| {
            let now = Signal::derive(move || told.with(|t| t.dialect.is_some_and(|t| t.delimiter == d)));
            option(d.text().to_owned(), say::delimiter(lang, Some(d)), now)
        })
        .collect_view();
    let quotes = Quote::ALL
        .map(|q| {
            let now = Signal::derive(move || told.with(|t| t.dialect.is_some_and(|t| t.quote == q)));
            option(quote_key(q).to_owned(), quote_name(lang, q), now)
        })
        .collect_view();
    let untold = move || told.with(|t| t.dialect.is_none());
    let found_encoding = Signal::derive(move || encoding().map(|name| say::encoding(lang, &name)));
    let found_delimiter =
        Signal::derive(move || untold().then(|| say::delimiter(lang, Some(found().delimiter))));
    let found_quote = Signal::derive(move || untold().then(|| quote_name(lang, found().quote)));
    let choose_encoding = move |value: String| {
        change(&|t: &mut Told| t.encoding = Some(value.clone()).filter(|v| !v.is_empty()));
    };
    let choose_delimiter = move |value: String| {
        let dialect = Delimiter::of(&value).map(|delimiter| Dialect { delimiter, ..found() });
        change(&|t: &mut Told| t.dialect = dialect);
    };
    let choose_quote = move |value: String| {
        let quote = Quote::ALL.into_iter().find(|q| quote_key(*q) == value);
        change(&|t: &mut Told| t.dialect = quote.map(|quote| Dialect { quote, ..found() }));
    };
    let choose_skip = move |value: String| {
        change(&|t: &mut Told| t.skip_lines = value.trim().parse().ok());
    };
    let sheet = Signal::derive(move || {
        let found = table.with(|t| t.as_ref().and_then(|t| t.sheet.clone()));
        found.filter(|_| told.with(|t| t.sheet.is_none()))
    });
    let choose_sheet = move |value: String| {
        // Another sheet is another table: what was said about the first does not hold for it.
        let sheet = Some(value).filter(|v| !v.is_empty());
        look(
            app,
            Told { sheet, encoding: told.with_untracked(|t| t.encoding.clone()), ..Told::default() },
            None,
        );
    };
    let sheets = Memo::new(move |_| table.with(|t| t.as_ref().map_or(Vec::new(), |t| t.sheets.clone())));
    let sheet_options = move || {
        sheets
            .get()
            .into_iter()
            .map(|info| {
                let key = info.name.clone();
                let now = Signal::derive(move || told.with(|t| t.sheet.as_ref() == Some(&key)));
                option(info.name.clone(), say::sheet(lang, &info), now)
            })
            .collect_view()
    };
    let is_text = Memo::new(move |_| table.with(|t| t.as_ref().is_none_or(|t| t.format == Format::Text)));
    let doubt = move || {
        table.with(|t| {
            let t = t.as_ref().filter(|t| !t.encoding_alternatives.is_empty())?;
            Some(say::encoding_doubt(lang, &t.encoding, &t.encoding_alternatives))
        })
    };
    let header = move || table.with(|t| t.as_ref().is_some_and(|t| t.header));
    let choose_header = move |yes: bool| change(&|t: &mut Told| t.header = Some(yes));
    let skipped = move || table.with(|t| t.as_ref().map_or(0, |t| t.lines_before));
    let grounds = move || table.with(|t| t.as_ref().map(|t| say::layout(lang, &t.layout_evidence)));
    view! {
        <section class="block written" aria-labelledby="written">
            <h2 id="written">{text::written(lang)}</h2>
            {move || doubt().map(|doubt| view! { <p class="trouble in-page" role="alert" data-testid="encoding-doubt">{doubt}</p> })}
            <div class="options">
                <Show when=move || sheets.with(|s| s.len() > 1)>
                    <label>{text::written_sheet(lang)}
                        <select class="control" data-testid="sheet" on:change=move |e| choose_sheet(event_target_value(&e))>
                            {as_found(sheet)}{sheet_options}
                        </select>
                    </label>
                </Show>
                <div class="inner" hidden=move || !is_text.get()>
                <label>{text::written_encoding(lang)}
                    <select class="control" data-testid="encoding" on:change=move |e| choose_encoding(event_target_value(&e))>
                        {as_found(found_encoding)}{encodings}
                    </select>
                </label>
                <label>{text::written_delimiter(lang)}
                    <select class="control" data-testid="delimiter" on:change=move |e| choose_delimiter(event_target_value(&e))>
                        {as_found(found_delimiter)}{delimiters}
                    </select>
                </label>
                <label>{text::written_quote(lang)}
                    <select class="control" data-testid="quote" on:change=move |e| choose_quote(event_target_value(&e))>
                        {as_found(found_quote)}{quotes}
                    </select>
                </label>
                </div>
                <label>{text::written_skip(lang)}
                    <input class="control short" type="number" min="0" max="1000" inputmode="numeric" data-testid="skip-lines"
                        prop:value=move || skipped().to_string() on:change=move |e| choose_skip(event_target_value(&e))/>
                </label>
                <label class="check"><input type="checkbox" data-testid="has-header" prop:checked=header on:change=move |e| choose_header(event_target_checked(&e))/>{text::columns_has_header(lang)}</label>
                <Show when=move || told.with(|t| *t != Told::default())>
                    <button class="button" data-testid="as-found" on:click=move |_| look(app, Told::default(), None)>{text::written_reset(lang)}</button>
                </Show>
            </div>
            <p class="sub" data-testid="grounds" aria-live="polite">{grounds}</p>
        </section>
    }
}

/// Asks for a proposal under what the user has said.
pub fn look(app: App, told: Told, shape: Option<Shape>) {
    if let Some(source) = app.source.get_value() {
        client::open(app, source, None, Some(Look { told, shape }));
    }
}

fn quote_key(quote: Quote) -> &'static str {
    if quote == Quote::None { "none" } else { quote.pair().0 }
}

fn quote_name(lang: Lang, quote: Quote) -> String {
    match quote.pair() {
        ("", _) => text::written_quote_none(lang).to_owned(),
        (open, close) => format!("{open} {close}"),
    }
}
