//! The worker's answers to the JS API: plain JS data, numeric columns as typed arrays.

use std::collections::BTreeMap;

use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array, Uint32Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::{Disk, disks, field, named, scope, telling, to_js};
use crate::customer::Coded;
use crate::ingest::{self, Mapping, Role, Shape, Table, TableSet, Told};
use crate::protocol::Problem;
use crate::report::{self, CustomerTable, Report, Settings, Step, Wanted};

/// Rows `read` returns unless told otherwise.
const READ_LIMIT: usize = 10_000_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    kind: String,
    #[serde(default)]
    columns: Option<BTreeMap<String, ColumnRef>>,
    #[serde(default)]
    settings: Option<Settings>,
    #[serde(default)]
    only: Option<Vec<String>>,
    #[serde(default)]
    limit: Option<usize>,
}

/// A column by header or by place from 0.
#[derive(Deserialize)]
#[serde(untagged)]
enum ColumnRef {
    Index(usize),
    Name(String),
}

/// Serves one call; the worker is ended by its caller afterwards.
pub(super) fn serve(api: &JsValue, data: &JsValue) {
    let call = unknown_setting(api)
        .map_or(Ok(()), Err)
        .and_then(|()| serde_wasm_bindgen::from_value::<Call>(api.clone()).map_err(|e| e.to_string()));
    let answer = match call {
        Err(error) => Err(("invalid-settings", error)),
        Ok(call) => {
            let disks = disks(field(data, "files")).inspect(|disks| {
                if let (Some(first), Some(bytes)) = (disks.first(), field(data, "bytes")) {
                    first.has_come(&bytes);
                }
            });
            let answer = |disks: &Vec<Disk>| match call.kind.as_str() {
                "read" => read(&call, disks),
                _ => analyze(&call, disks),
            };
            disks.and_then(|disks| answer(&disks)).map_err(|problem| (problem.code(), problem.to_string()))
        }
    };
    let message = Object::new();
    let set = |key: &str, value: &JsValue| {
        let _ = Reflect::set(&message, &key.into(), value);
    };
    match answer {
        Ok(value) => {
            set("kind", &"result".into());
            set("value", &value);
        }
        Err((code, text)) => {
            set("kind", &"error".into());
            set("code", &code.into());
            set("message", &text.into());
        }
    }
    if let Some(scope) = scope() {
        let _ = scope.post_message(&message);
    }
}

/// A setting nobody knows: most likely a typing error, which must not pass in silence. (serde-wasm-bindgen looks only
/// for the names it knows, so `deny_unknown_fields` sees nothing.)
fn unknown_setting(api: &JsValue) -> Option<String> {
    let given = field(api, "settings")?;
    let known = to_js(&Settings::default()).ok()?;
    Object::keys(given.unchecked_ref::<Object>())
        .iter()
        .filter_map(|key| key.as_string())
        .find(|key| !Reflect::has(&known, &key.as_str().into()).unwrap_or(true))
        .map(|key| format!("there is no setting {key}"))
}

fn file_problem(error: ingest::Error) -> Problem {
    Problem::File { error, table: None }
}

fn js_problem(error: impl std::fmt::Debug) -> Problem {
    Problem::Crashed { detail: format!("{error:?}") }
}

fn analyze(call: &Call, disks: &[Disk]) -> Result<JsValue, Problem> {
    let settings = call.settings.clone().unwrap_or_default();
    let valid = settings.check().map_err(|error| Problem::Settings { error })?;
    let set = TableSet::look(&named(disks), 1, &Told::default(), None, &mut telling(Step::Read))
        .map_err(file_problem)?;
    let mapping = match &call.columns {
        None => None,
        Some(columns) => Some(mapping(columns, &set.table)?),
    };
    let wanted = call.only.as_ref().map_or_else(Wanted::default, |only| Wanted::of(only));
    let report = super::analyze(&set, mapping, &valid, wanted)?;
    report_to_js(&report, call.only.as_deref()).map_err(js_problem)
}

/// Roles given by name or place; what is not given has no role.
fn mapping(columns: &BTreeMap<String, ColumnRef>, table: &Table) -> Result<Mapping, Problem> {
    let n = table.proposal.columns.len();
    let mut mapping = Mapping { roles: vec![None; n], ..Mapping::from(&table.proposal) };
    let refuse = |role: &str, allowed: String| Problem::Settings {
        error: report::SettingsError { field: format!("columns.{role}"), value: role.to_owned(), allowed },
    };
    for (name, wanted) in columns {
        let role: Role = serde_wasm_bindgen::from_value(name.as_str().into())
            .map_err(|_| refuse(name, "a role: customer, date, amount, order, product, ...".to_owned()))?;
        let place = match wanted {
            ColumnRef::Index(i) => Some(*i).filter(|i| *i < n),
            ColumnRef::Name(header) => table.proposal.columns.iter().position(|c| c.name == *header),
        };
        let place = place.ok_or_else(|| {
            refuse(
                name,
                table.proposal.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", "),
            )
        })?;
        mapping.roles[place] = Some(role);
    }
    let given = |roles: &[Role]| mapping.roles.iter().flatten().any(|r| roles.contains(r));
    mapping.shape = if given(&[Role::Tenure, Role::StartDate, Role::Churned]) {
        Shape::Contracts
    } else if given(&[Role::Period]) {
        Shape::RollUps
    } else if given(&[Role::LastDate]) {
        Shape::Customers
    } else {
        Shape::Transactions
    };
    Ok(mapping)
}

fn read(call: &Call, disks: &[Disk]) -> Result<JsValue, Problem> {
    let disk = disks.first().ok_or_else(|| super::crashed("no file"))?;
    let limit = call.limit.unwrap_or(READ_LIMIT);
    let (table, raw) = ingest::read_table(disk, 0, limit, &mut telling(Step::Read)).map_err(file_problem)?;
    let out = Object::new();
    let rows = Array::new_with_length(raw.rows.len() as u32);
    for (i, row) in raw.rows.iter().enumerate() {
        rows.set(i as u32, row.iter().map(|c| JsValue::from_str(c)).collect::<Array>().into());
    }
    let quality = Object::new();
    let text = |v: &JsValue, key: &str, of: &Object| Reflect::set(of, &key.into(), v).map(|_| ());
    (|| {
        text(&to_js(&raw.columns)?, "columns", &out)?;
        text(&rows, "rows", &out)?;
        text(&(raw.rows.len() as f64).into(), "rowsRead", &quality)?;
        text(&table.encoding.as_str().into(), "encoding", &quality)?;
        text(&to_js(&table.dialect.delimiter)?, "delimiter", &quality)?;
        text(&table.header.into(), "header", &quality)?;
        text(&quality, "quality", &out)?;
        text(&to_js(&table.proposal)?, "proposal", &out)?;
        Ok(())
    })()
    .map_err(|e: JsValue| js_problem(e))?;
    Ok(out.into())
}

/// The report with its customers as typed arrays; only the sections asked for.
fn report_to_js(report: &Report, only: Option<&[String]>) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(report).map_err(|e| JsValue::from(e.to_string()))?;
    let value = js_sys::JSON::parse(&text)?;
    let wanted = |key: &str| {
        only.is_none_or(|list| list.iter().any(|k| k == key)) || key == "quality" || key == "notices"
    };
    for key in Object::keys(value.unchecked_ref::<Object>()).iter() {
        if key.as_string().is_some_and(|k| !wanted(&k)) {
            Reflect::delete_property(value.unchecked_ref::<Object>(), &key)?;
        }
    }
    if wanted("customers") {
        Reflect::set(&value, &"customers".into(), &customers_to_js(&report.customers)?)?;
    }
    Ok(value)
}

fn customers_to_js(t: &CustomerTable) -> Result<JsValue, JsValue> {
    let out = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&out, &key.into(), &value).map(|_| ());
    set("id", t.id.iter().map(JsValue::from_str).collect::<Array>().into())?;
    set("transactions", Uint32Array::from(t.transactions.as_slice()).into())?;
    for (key, column) in [
        ("revenue", &t.revenue),
        ("recencyDays", &t.recency_days),
        ("tenureDays", &t.tenure_days),
        ("stageConfidence", &t.stage_confidence),
        ("currentValue", &t.current_value),
        ("growthPotential", &t.growth_potential),
        ("pAlive", &t.p_alive),
        ("clv", &t.clv),
        ("warning", &t.warning),
        ("amberDays", &t.amber_days),
        ("redDays", &t.red_days),
        ("profit12m", &t.profit12m),
        ("expectedLoss", &t.expected_loss),
    ] {
        set(key, Float64Array::from(column.as_slice()).into())?;
    }
    for (key, column) in [("rScore", &t.r_score), ("fScore", &t.f_score), ("mScore", &t.m_score)] {
        set(key, Uint8Array::from(column.as_slice()).into())?;
    }
    set("stage", t.stage.iter().map(|s| JsValue::from_str(s.key())).collect::<Array>().into())?;
    set("pattern", t.pattern.iter().map(|p| JsValue::from_str(p.key())).collect::<Array>().into())?;
    for (key, column) in [
        ("rfmWeighted", &t.rfm_weighted),
        ("creditScore", &t.credit_score),
        ("relationship", &t.relationship),
    ] {
        set(key, to_js(column)?)?;
    }
    set("cluster", to_js(&t.cluster)?)?;
    set("tier", to_js(&t.tier)?)?;
    set("exitDecision", to_js(&t.exit_decision)?)?;
    set("rule", to_js(&t.rule)?)?;
    set("exitKind", to_js(&t.exit_kind)?)?;
    let next = t.next_product.as_ref().map_or_else(Array::new, |products| {
        let name = |code: &u32| match *code {
            Coded::MISSING => JsValue::NULL,
            code => JsValue::from_str(products.names.get(code)),
        };
        products.code.iter().map(name).collect()
    });
    set("nextProduct", next.into())?;
    set(
        "valueClass",
        t.value_class
            .iter()
            .map(|c| JsValue::from_str(crate::locale::say::class(*c)))
            .collect::<Array>()
            .into(),
    )?;
    Ok(out.into())
}
