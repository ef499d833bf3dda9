//! Facts about the rows that were used, each with what to do about it.

use leptos::prelude::*;

use super::super::super::widgets;
use crate::locale::Lang;
use crate::locale::quality::{self as words, Cell, Fact};

/// Those worth a look open, the others folded.
pub fn view(lang: Lang, told: Vec<Fact>) -> impl IntoView {
    let (looks, others): (Vec<Fact>, Vec<Fact>) = told.into_iter().partition(|fact| fact.look);
    if looks.is_empty() && others.is_empty() {
        return ().into_any();
    }
    let n = lang.int(others.len() as f64);
    let open = looks.is_empty();
    view! {
        <section class="block"><h2>{words::facts_title(lang)}</h2><p class="sub">{words::facts_sub(lang)}</p>
            <ul class="facts" data-testid="facts">{looks.into_iter().map(|fact| item(lang, fact)).collect_view()}</ul>
            {(!others.is_empty()).then(|| view! {
                <details open=open><summary>{words::counted(lang, &words::good_to_know(lang), &n)}</summary>
                    <ul class="facts">{others.into_iter().map(|fact| item(lang, fact)).collect_view()}</ul>
                </details>
            })}
        </section>
    }
    .into_any()
}

fn item(lang: Lang, fact: Fact) -> impl IntoView {
    let mark = fact.look.then(|| view! { <span class="pill alert">{words::look(lang)}</span>" " });
    view! {
        <li class:look=fact.look data-testid=fact.id>
            <h3>{mark}{fact.title}</h3>
            {fact.detail.map(|detail| view! { <p>{detail}</p> })}
            {(!fact.rows.is_empty()).then(|| table(fact.headers, fact.rows))}
            <p class="remedy">{fact.remedy}</p>
        </li>
    }
}

fn table(headers: Vec<String>, rows: Vec<Vec<Cell>>) -> impl IntoView {
    let is_text: Vec<bool> =
        rows.first().map_or_else(Vec::new, |row| row.iter().map(|c| !matches!(c, Cell::Figure(_))).collect());
    let head =
        headers.into_iter().zip(is_text).map(|(h, text)| view! { <th scope="col" class:text=text>{h}</th> });
    let body = rows.into_iter().map(|row| {
        let cells = row.into_iter().map(|cell| match cell {
            Cell::Words(words) => view! { <td class="text">{words}</td> }.into_any(),
            Cell::Figure(figure) => view! { <td>{figure}</td> }.into_any(),
            Cell::FromFile(text) => view! { <td class="text">{widgets::file_text(&text)}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! { <div class="scroll"><table><thead><tr>{head.collect_view()}</tr></thead><tbody>{body.collect_view()}</tbody></table></div> }
}
