//! Tests that look at every chart: all of them, both themes, wide and narrow, English and Chinese, with believable data.
//!
//! [`checked`] is the check every chart test goes through: no NaN, nothing but presentation attributes, every text and
//! every hotspot inside the picture. With `TENURE_CHART_OUT` set to a folder the pictures are left there to look at.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::math::{Rng, exp};

/// Renders and checks what must hold for any chart.
pub(crate) fn checked(chart: &impl Chart, size: Size, theme: &Theme) -> Drawn {
    let drawn = render(chart, size, theme);
    let svg = &drawn.svg;
    for bad in ["NaN", "inf", "style", "<script", "class="] {
        assert!(!svg.contains(bad), "{bad} in {svg}");
    }
    assert!(svg.starts_with("<svg role=\"img\"") && svg.ends_with("</svg>\n"), "{svg}");
    for line in svg.lines().filter(|l| l.starts_with("<text")) {
        let (left, right, y) = text_box(line);
        assert!(left >= -1.5 && right <= size.width + 1.5, "{left}..{right} of {}: {line}", size.width);
        assert!(y >= 5.0 && y <= size.height - 5.0, "y {y} of {}: {line}", size.height);
    }
    for h in &drawn.hotspots {
        assert!(h.w >= 0.0 && h.h >= 0.0, "{h:?}");
        let inside =
            h.x >= -8.0 && h.y >= -8.0 && h.x + h.w <= size.width + 8.0 && h.y + h.h <= size.height + 8.0;
        assert!(inside, "{h:?} of {size:?}");
    }
    drawn
}

fn attr<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let from = line.find(&format!(" {key}=\""))? + key.len() + 3;
    line[from..].split('"').next()
}

/// Left, right (by the estimate) and middle of a text element.
fn text_box(line: &str) -> (f64, f64, f64) {
    let number = |key: &str| attr(line, key).map_or(0.0, |v| v.parse::<f64>().unwrap());
    let words = line.split('>').nth(1).unwrap().split('<').next().unwrap();
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let (x, w) = (number("x"), text::width(&words, number("font-size")));
    let left = match attr(line, "text-anchor") {
        Some("end") => x - w,
        Some("middle") => x - w / 2.0,
        _ => x,
    };
    (left, left + w, number("y"))
}

/// The words and number forms of one language.
struct Words {
    lang: &'static str,
    stages: [&'static str; 4],
    strategies: [&'static str; 4],
    patterns: [&'static str; 4],
    month: fn(usize) -> String,
    money: fn(f64) -> String,
    months_unit: &'static str,
}

fn english_month(i: usize) -> String {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{} {}", names[i % 12], 2024 + i / 12)
}

fn english_money(v: f64) -> String {
    match v.abs() {
        a if a >= 1e6 => format!("{:.1}M", v / 1e6),
        a if a >= 1e4 => format!("{:.0}K", v / 1e3),
        a if a >= 1e3 => format!("{:.1}K", v / 1e3),
        _ => format!("{v:.0}"),
    }
}

fn chinese_money(v: f64) -> String {
    if v.abs() >= 1e4 { format!("{:.1} 万", v / 1e4) } else { format!("{v:.0}") }
}

const ENGLISH: Words = Words {
    lang: "en",
    stages: ["Exploration", "Build-up", "Stability", "Decline"],
    strategies: ["Release with care", "Rebuild the relationship", "Keep at a high level", "Spare no effort"],
    patterns: ["Early abort", "Mid-way", "Early exit", "Long-term"],
    month: english_month,
    money: english_money,
    months_unit: "month",
};

const CHINESE: Words = Words {
    lang: "zh",
    stages: ["考察期", "形成期", "稳定期", "退化期"],
    strategies: ["解除关系", "关系再造", "高水平关系保持", "不遗余力保持"],
    patterns: ["早期流产型", "中途夭折型", "提前退出型", "长久保持型"],
    month: |i| format!("{}年{}月", 2024 + i / 12, i % 12 + 1),
    money: chinese_money,
    months_unit: "月",
};

fn percent(v: f64) -> String {
    format!("{:.0}%", v * 100.0)
}

fn whole(v: f64) -> String {
    format!("{v:.0}")
}

type Picture = (&'static str, Drawn);

fn all_charts(words: &Words, theme: &Theme, width: f64) -> Vec<Picture> {
    let mut out = Vec::new();
    stage_pictures(words, theme, width, &mut out);
    value_pictures(words, theme, width, &mut out);
    bar_pictures(words, theme, width, &mut out);
    curve_pictures(words, theme, width, &mut out);
    out
}

fn put(out: &mut Vec<Picture>, name: &'static str, chart: &impl Chart, width: f64, theme: &Theme) {
    out.push((name, checked(chart, Size { width, height: chart.height(width) }, theme)));
}

fn stage_pictures(words: &Words, theme: &Theme, width: f64, out: &mut Vec<Picture>) {
    let months: Vec<String> = (0..24).map(words.month).collect();
    let shares: Vec<[f64; 4]> = (0..24)
        .map(|t| {
            let t = f64::from(t);
            let (e, b, d) = (0.30 - 0.004 * t + 0.01 * (t / 2.0).sin(), 0.22 - 0.002 * t, 0.10 + 0.0055 * t);
            [e, b, 1.0 - e - b - d, d]
        })
        .collect();
    let mix = StageMix { months: &months, shares: &shares, stage_names: words.stages, share: &percent };
    put(out, "stage_mix", &mix, width, theme);

    let mut rng = Rng::new(4);
    let fitted = [(0.0, 170.0), (6.0, 170.0), (14.0, 1000.0), (27.0, 1000.0), (35.0, 170.0)];
    let observed: Vec<(f64, f64)> = (0..36)
        .map(|t| {
            let t = f64::from(t);
            let level = if t < 6.0 {
                165.0
            } else if t < 14.0 {
                170.0 + 104.0 * (t - 6.0)
            } else if t < 28.0 {
                1000.0
            } else {
                1000.0 * exp(-0.22 * (t - 27.0))
            };
            (t, level * (1.0 + 0.08 * rng.normal()))
        })
        .collect();
    let profit = [(0.0, 0.0), (3.0, 0.0), (32.0, 550.0), (35.0, 350.0)];
    let bands = [(0.0, 6.0), (6.0, 14.0), (14.0, 27.0), (27.0, 35.0)];
    let bands: Vec<LifeBand> =
        bands.iter().enumerate().map(|(stage, &(from, to))| LifeBand { from, to, stage }).collect();
    let names = if words.lang == "en" { ("Value", "Profit") } else { ("价值", "利润") };
    let life = LifeCurve {
        observed: &observed,
        fitted: &fitted,
        fitted_name: names.0,
        second: Some((&profit, names.1)),
        bands: &bands,
        stage_names: words.stages,
        x_name: words.months_unit,
        x: &whole,
        y: &words.money,
    };
    put(out, "life_curve", &life, width, theme);

    let values: Vec<f64> =
        observed.iter().enumerate().map(|(i, p)| if i == 20 { -120.0 } else { p.1 }).collect();
    let stages: Vec<Option<usize>> = (0..36)
        .map(|t| {
            Some(if t < 6 {
                0
            } else if t < 14 {
                1
            } else if t < 28 {
                2
            } else {
                3
            })
        })
        .collect();
    let months: Vec<String> = (0..36).map(words.month).collect();
    let steps = Steps {
        months: &months,
        values: &values,
        stages: &stages,
        stage_names: words.stages,
        value: &words.money,
        compact: false,
    };
    put(out, "steps", &steps, width, theme);
    put(out, "sparkline", &Steps { compact: true, ..steps }, 180.0, theme);
}

fn value_pictures(words: &Words, theme: &Theme, width: f64, out: &mut Vec<Picture>) {
    let mut rng = Rng::new(7);
    let points: Vec<MatrixPoint> = (0..900)
        .map(|_| {
            let (x, y) = (rng.gamma(0.8) * 9000.0 - 1200.0, rng.gamma(1.1) * 4000.0);
            let class = usize::from(x >= 9000.0) * 2 + usize::from(y >= 4200.0);
            MatrixPoint { x, y, class, size: rng.gamma(0.5) * 20_000.0 }
        })
        .collect();
    let en = words.lang == "en";
    let matrix = ValueMatrix {
        points: &points,
        thresholds: (9000.0, 4200.0),
        scales: (axis::ScaleKind::SignedRoot, axis::ScaleKind::SignedRoot),
        class_names: words.strategies,
        x_name: if en {
            "Current value (present value of future profit, 36 months)"
        } else {
            "当前价值（未来 36 个月利润现值）"
        },
        y_name: if en { "Growth potential" } else { "增值潜力" },
        x: &words.money,
        y: &words.money,
    };
    put(out, "value_matrix", &matrix, width, theme);

    let scores: Vec<String> = (1..=5).map(|i| i.to_string()).collect();
    let down: Vec<String> = scores.iter().rev().cloned().collect();
    let values: Vec<Vec<Option<f64>>> = (0..5)
        .map(|r| {
            (0..5)
                .map(|c| Some(f64::from(20 + (4 - r) * c * 31 + r * (4 - c) * 27) + rng.uniform() * 40.0))
                .collect()
        })
        .collect();
    let (r, f) = if en {
        ("Recency score (5 = most recent)", "Frequency score")
    } else {
        ("R 得分（5 = 最近）", "F 得分")
    };
    let rfm =
        Heatmap { rows: &down, columns: &scores, values: &values, row_name: r, column_name: f, text: &whole };
    put(out, "heatmap_rfm", &rfm, width, theme);

    let rows: Vec<String> = (0..12).map(words.month).collect();
    let columns: Vec<String> = (0..12).map(|c| c.to_string()).collect();
    let values: Vec<Vec<Option<f64>>> = (0..12)
        .map(|r| {
            (0..12)
                .map(|c| {
                    (c + r < 12).then(|| 0.25 + 0.75 * exp(-0.4 * f64::from(c)) + 0.01 * f64::from(r % 3))
                })
                .collect()
        })
        .collect();
    let (r, c) = if en { ("First purchase", "Months since") } else { ("首购月份", "此后月数") };
    let cohorts = Heatmap {
        rows: &rows,
        columns: &columns,
        values: &values,
        row_name: r,
        column_name: c,
        text: &percent,
    };
    put(out, "heatmap_cohort", &cohorts, width, theme);
}

fn bar_pictures(words: &Words, theme: &Theme, width: f64, out: &mut Vec<Picture>) {
    let en = words.lang == "en";
    let names: [&str; 5] = if en {
        [
            "Discount rate ±20 %",
            "Churn rate ±20 %",
            "Gross margin ±20 %",
            "Remaining lifetime ±20 %",
            "Save rate ±20 %",
        ]
    } else {
        ["折现率 ±20%", "流失率 ±20%", "毛利率 ±20%", "剩余寿命 ±20%", "挽留成功率 ±20%"]
    };
    let ends = [
        (31_000.0, 29_100.0),
        (24_000.0, 36_200.0),
        (24_400.0, 35_900.0),
        (25_600.0, 34_600.0),
        (27_900.0, 32_300.0),
    ];
    let bars: Vec<TornadoBar<'_>> =
        names.iter().zip(ends).map(|(name, (low, high))| TornadoBar { name, low, high }).collect();
    let label = if en { "30K expected" } else { "预期 3.0 万" };
    put(
        out,
        "tornado",
        &Tornado { bars: &bars, base: 30_000.0, base_label: label, value: &words.money },
        width,
        theme,
    );

    let counts = [3440.0, 890.0, 1210.0, 2316.0];
    let secondary = if en {
        ["58 %, 96 each", "15 %, 412 each", "20 %, 640 each", "39 %, 1,015 each"]
    } else {
        ["58%，人均 96", "15%，人均 412", "20%，人均 640", "39%，人均 1015"]
    };
    let rows: Vec<Bar<'_>> = (0..4)
        .map(|i| Bar {
            name: words.patterns[i],
            value: counts[i],
            interval: (i == 1).then_some((820.0, 965.0)),
            color: Some(theme.stages[i]),
            secondary: secondary[i],
        })
        .collect();
    put(out, "bars", &Bars { bars: &rows, value: &words.money }, width, theme);
    let profit: Vec<Bar<'_>> = (0..4)
        .map(|i| Bar {
            value: [52_000.0, 18_400.0, 2_100.0, -9_800.0][i],
            color: (i == 3).then_some(theme.loss),
            interval: None,
            ..rows[i]
        })
        .collect();
    put(out, "bars_signed", &Bars { bars: &profit, value: &words.money }, width, theme);

    let months: Vec<String> = (0..24).map(words.month).collect();
    let known = |m: usize, v: f64| (m < 21 && m != 9).then_some(v);
    let once: Vec<Option<f64>> =
        (0..24).map(|m| known(m, 14.0 + 5.0 * (m as f64 / 3.0).sin() + (m % 4) as f64)).collect();
    let repeat: Vec<Option<f64>> = (0..24).map(|m| known(m, 6.0 + 0.4 * m as f64)).collect();
    let (a, b, mean) = if en {
        ("One-time buyers", "Repeat buyers", "mean of 12 months 25")
    } else {
        ("一次性客户", "重复购买客户", "12 个月平均 25")
    };
    let series = [
        TimelineSeries { name: a, color: theme.classes[0], values: &once, band: &[] },
        TimelineSeries { name: b, color: theme.loss, values: &repeat, band: &[] },
    ];
    let bars = TimelineBars {
        months: &months,
        series: &series,
        kind: TimelineKind::Bars,
        reference: Some((25.0, mean)),
        value: &whole,
    };
    put(out, "timeline_bars", &bars, width, theme);
    let rate: Vec<Option<f64>> = repeat.iter().map(|v| v.map(|v| v / 300.0)).collect();
    let rate_once: Vec<Option<f64>> = once.iter().map(|v| v.map(|v| v / 250.0)).collect();
    let band: Vec<Option<(f64, f64)>> = rate.iter().map(|v| v.map(|v| (v * 0.8, v * 1.2))).collect();
    let lines = [
        TimelineSeries { values: &rate, band: &band, ..series[1] },
        TimelineSeries { values: &rate_once, ..series[0] },
    ];
    put(
        out,
        "timeline_lines",
        &TimelineBars { series: &lines, kind: TimelineKind::Lines, reference: None, value: &percent, ..bars },
        width,
        theme,
    );
}

fn curve_pictures(words: &Words, theme: &Theme, width: f64, out: &mut Vec<Picture>) {
    let curve = |hazard: f64, n: i32| -> Vec<SurvivalStep> {
        (1..=n)
            .map(|t| {
                let t = f64::from(t);
                let survival = 0.12 + 0.88 * exp(-hazard * t);
                let half = 0.012 * t.sqrt();
                SurvivalStep { time: t, survival, lo: survival - half, hi: survival + half }
            })
            .collect()
    };
    let (one, two) = (curve(0.05, 36), curve(0.11, 36));
    let censored: Vec<f64> = (20..36).map(|t| f64::from(t) + 0.5).collect();
    let en = words.lang == "en";
    let names = if en {
        ("Contract", "No contract", "half gone after 17 months")
    } else {
        ("有合同", "无合同", "17 个月时已流失一半")
    };
    let series = [
        SurvivalSeries {
            name: names.0,
            color: theme.stages[2],
            steps: &one,
            censored: &censored,
            median: Some((17.0, names.2)),
        },
        SurvivalSeries { name: names.1, color: theme.stages[3], steps: &two, censored: &[], median: None },
    ];
    put(
        out,
        "survival",
        &Survival { series: &series, x_name: words.months_unit, x: &whole, share: &percent },
        width,
        theme,
    );

    let shapes: [fn(f64) -> f64; 4] = [
        |t| 160.0 * exp(-0.5 * t),
        |t| 150.0 + 60.0 * t.min(8.0) - 90.0 * (t - 8.0).max(0.0),
        |t| 150.0 + 85.0 * t.min(10.0) - 110.0 * (t - 15.0).max(0.0),
        |t| 150.0 + 85.0 * t.min(10.0),
    ];
    let lengths = [5, 13, 23, 36];
    let points: Vec<Vec<(f64, f64)>> = shapes
        .iter()
        .zip(lengths)
        .map(|(f, n)| (0..n).map(|t| (f64::from(t), f(f64::from(t)).max(0.0))).collect())
        .collect();
    let bands: Vec<Vec<(f64, f64, f64)>> =
        points.iter().map(|p| p.iter().map(|&(t, v)| (t, v * 0.75, v * 1.25)).collect()).collect();
    let subtitles = if en {
        ["3,440 customers, 58 %", "890 customers, 15 %", "1,210 customers, 20 %", "2,316 customers, 39 %"]
    } else {
        ["3440 位客户，58%", "890 位客户，15%", "1210 位客户，20%", "2316 位客户，39%"]
    };
    let panels: Vec<CurvePanel<'_>> = (0..4)
        .map(|i| CurvePanel {
            title: words.patterns[i],
            subtitle: subtitles[i],
            points: &points[i],
            band: &bands[i],
            color: theme.stages[2],
        })
        .collect();
    put(
        out,
        "small_curves",
        &SmallCurves { panels: &panels, x_name: words.months_unit, x: &whole, y: &words.money },
        width,
        theme,
    );
}

#[test]
fn every_chart_draws_at_every_width_in_both_themes_and_languages() {
    let out = std::env::var("TENURE_CHART_OUT").ok();
    for words in [&ENGLISH, &CHINESE] {
        for (theme_name, theme) in [("light", Theme::light()), ("dark", Theme::dark())] {
            for width in [320.0, 360.0, 700.0, 1100.0] {
                let pictures = all_charts(words, &theme, width);
                assert_eq!(pictures.len(), 14);
                let Some(folder) = &out else { continue };
                let Rgb(r, g, b) = theme.background;
                let body: String =
                    pictures.iter().map(|(name, p)| format!("<h4>{name}</h4>{}", p.svg)).collect();
                let page = format!(
                    "<meta charset=utf-8><body style=\"margin:16px;width:{width}px;background:rgb({r},{g},{b});color:#888;font-family:sans-serif\">{body}"
                );
                std::fs::write(format!("{folder}/{}-{theme_name}-{width}.html", words.lang), page).unwrap();
            }
        }
    }
}

#[test]
fn labels_do_not_overlap() {
    let theme = Theme::light();
    for words in [&ENGLISH, &CHINESE] {
        for width in [320.0, 420.0, 520.0, 700.0, 1100.0] {
            for (name, drawn) in all_charts(words, &theme, width) {
                let boxes: Vec<(f64, f64, f64)> =
                    drawn.svg.lines().filter(|l| l.starts_with("<text")).map(text_box).collect();
                for (i, a) in boxes.iter().enumerate() {
                    for b in &boxes[i + 1..] {
                        let apart = a.1 <= b.0 + 0.5 || b.1 <= a.0 + 0.5 || (a.2 - b.2).abs() >= 12.0;
                        assert!(apart, "{name} {} {width}: {a:?} {b:?}", words.lang);
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_picture() {
    let theme = Theme::dark();
    assert_eq!(all_charts(&CHINESE, &theme, 700.0), all_charts(&CHINESE, &theme, 700.0));
}

/// Numbers that break careless arithmetic.
fn nasty(rng: &mut Rng) -> f64 {
    let values =
        [0.0, -0.0, 1.0, -1.0, 1e-300, 1e300, -1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, 37.0];
    values[rng.below(values.len())]
}

#[test]
fn no_number_breaks_a_chart() {
    let theme = Theme::light();
    let mut rng = Rng::new(11);
    let write = |v: f64| if v.is_finite() { format!("{v:.3e}") } else { String::new() };
    for round in 0..200 {
        let n = rng.below(6);
        let mut some = |n: usize| -> Vec<f64> { (0..n).map(|_| nasty(&mut rng)).collect() };
        let (a, b, c, d) = (some(n), some(n), some(n), some(n));
        let width = [0.0, 160.0, 320.0, 1100.0][round % 4];
        let size = Size { width, height: [10.0, 300.0][round % 2] };
        let words: Vec<String> = (0..n).map(|i| format!("<{i}&\"")).collect();
        let pairs: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
        let maybe: Vec<Option<f64>> = a.iter().map(|&v| Some(v)).collect();
        let mut drawn = Vec::new();

        let shares: Vec<[f64; 4]> = (0..n).map(|i| [a[i], b[i], c[i], d[i]]).collect();
        let names = ENGLISH.stages;
        drawn.push(render(
            &StageMix { months: &words, shares: &shares, stage_names: names, share: &write },
            size,
            &theme,
        ));
        let bands: Vec<LifeBand> = (0..n).map(|i| LifeBand { from: a[i], to: b[i], stage: i }).collect();
        let second = Some((pairs.as_slice(), "p"));
        let life = LifeCurve {
            observed: &pairs,
            fitted: &pairs,
            fitted_name: "v",
            second,
            bands: &bands,
            stage_names: names,
            x_name: "m",
            x: &write,
            y: &write,
        };
        drawn.push(render(&life, size, &theme));
        let steps: Vec<SurvivalStep> =
            (0..n).map(|i| SurvivalStep { time: a[i], survival: b[i], lo: c[i], hi: d[i] }).collect();
        let series = SurvivalSeries {
            name: "s",
            color: theme.accent,
            steps: &steps,
            censored: &b,
            median: a.first().map(|&m| (m, "half")),
        };
        drawn.push(render(
            &Survival { series: &[series, series], x_name: "m", x: &write, share: &write },
            size,
            &theme,
        ));
        let points: Vec<MatrixPoint> =
            (0..n).map(|i| MatrixPoint { x: a[i], y: b[i], class: i, size: c[i] }).collect();
        let thresholds = d.first().map_or((0.0, 0.0), |&t| (t, t));
        let kind = [axis::ScaleKind::SignedRoot, axis::ScaleKind::Linear][round % 2];
        let matrix = ValueMatrix {
            points: &points,
            thresholds,
            scales: (kind, kind),
            class_names: ENGLISH.strategies,
            x_name: "x",
            y_name: "y",
            x: &write,
            y: &write,
        };
        drawn.push(render(&matrix, size, &theme));
        let grid = Heatmap {
            rows: &words,
            columns: &words,
            values: std::slice::from_ref(&maybe),
            row_name: "r",
            column_name: "c",
            text: &write,
        };
        drawn.push(render(&grid, size, &theme));
        let tornado: Vec<TornadoBar<'_>> =
            (0..n).map(|i| TornadoBar { name: &words[i], low: a[i], high: b[i] }).collect();
        drawn.push(render(
            &Tornado { bars: &tornado, base: thresholds.0, base_label: "base", value: &write },
            size,
            &theme,
        ));
        let rows: Vec<Bar<'_>> = (0..n)
            .map(|i| Bar {
                name: &words[i],
                value: a[i],
                interval: Some((b[i], c[i])),
                color: None,
                secondary: "x",
            })
            .collect();
        drawn.push(render(&Bars { bars: &rows, value: &write }, size, &theme));
        let band: Vec<Option<(f64, f64)>> = (0..n).map(|i| Some((b[i], c[i]))).collect();
        let line = TimelineSeries { name: "s", color: theme.accent, values: &maybe, band: &band };
        for kind in [TimelineKind::Bars, TimelineKind::Lines] {
            let chart = TimelineBars {
                months: &words,
                series: &[line, line],
                kind,
                reference: Some((thresholds.0, "ref")),
                value: &write,
            };
            drawn.push(render(&chart, size, &theme));
        }
        let triples: Vec<(f64, f64, f64)> = (0..n).map(|i| (a[i], b[i], c[i])).collect();
        let panel =
            CurvePanel { title: "t", subtitle: "s", points: &pairs, band: &triples, color: theme.accent };
        drawn.push(render(
            &SmallCurves { panels: &[panel, panel], x_name: "m", x: &write, y: &write },
            size,
            &theme,
        ));
        let stages: Vec<Option<usize>> = (0..n).map(Some).collect();
        let chart = Steps {
            months: &words,
            values: &a,
            stages: &stages,
            stage_names: names,
            value: &write,
            compact: round.is_multiple_of(3),
        };
        drawn.push(render(&chart, size, &theme));

        for (i, picture) in drawn.iter().enumerate() {
            let bad = ["NaN", "\"inf", "inf\"", "<0&"].into_iter().find(|bad| picture.svg.contains(bad));
            assert_eq!(bad, None, "chart {i} of round {round}");
            assert!(picture.hotspots.iter().all(|h| [h.x, h.y, h.w, h.h].iter().all(|v| v.is_finite())));
        }
    }
}
