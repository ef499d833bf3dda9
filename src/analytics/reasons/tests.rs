#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn classify(text: &str, settings: &ReasonSettings) -> (Option<Defector>, Option<ExitKind>) {
    let read = read_texts(&[text], settings);
    let reason = &read.reasons[read.reason_of[0]];
    (reason.defector, reason.kind)
}

fn kind_of(text: &str) -> Option<ExitKind> {
    classify(text, &ReasonSettings::default()).1
}

fn input<'a>(exited: &'a [bool], texts: &'a [&'a str], code: &'a [u32]) -> ReasonInput<'a> {
    ReasonInput { exited, texts, code, lost_value: None, exit_month: None, base: None }
}

#[test]
fn ex_10_strict_is_serious_and_default_is_normal_with_a_watch() {
    let verdict = diagnose(&[40, 0, 24, 1, 35, 0], 0, &ReasonSettings::default());
    assert_eq!(
        (verdict.strict, verdict.material, verdict.level),
        (Level::Serious, Level::Normal, Level::Normal)
    );
    assert_eq!(verdict.watch, [KindCount { kind: ExitKind::Attracted, n: 1, share: 0.01 }]);
    assert!(!verdict.uncertain);
    let strict = ReasonSettings { strict: true, ..Default::default() };
    assert_eq!(diagnose(&[40, 0, 24, 1, 35, 0], 0, &strict).level, Level::Serious);
}

#[test]
fn ex_10_from_texts() {
    let texts = ["主动放弃", "被迫离开", "被挖走", "被吸引"];
    let code: Vec<u32> = [(0, 40), (1, 35), (2, 24), (3, 1)].iter().flat_map(|&(c, n)| vec![c; n]).collect();
    let result = reasons(&input(&[true; 100], &texts, &code), &ReasonSettings::default());
    assert_eq!(result.verdict, diagnose(&[40, 0, 24, 1, 35, 0], 0, &ReasonSettings::default()));
    let kinds: Vec<u8> = result.by_kind.iter().map(|r| r.key.unwrap().number()).collect();
    assert_eq!(kinds, [1, 5, 3, 4]);
    let cumulative: Vec<f64> = result.by_kind.iter().map(|r| r.cumulative_share.unwrap()).collect();
    assert_eq!(cumulative, [0.40, 0.75, 0.99, 1.0]);
}

#[test]
fn section_10_defaults_map_defectors_to_kinds() {
    let settings = ReasonSettings::default();
    let numbers = settings.kind_of.map(ExitKind::number);
    assert_eq!(numbers, [3, 4, 2, 5, 4, 2]);
    for n in 0..=7 {
        assert_eq!(ExitKind::from_number(n).map(ExitKind::number), (1..=6).contains(&n).then_some(n));
    }
}

/// The 20 reasons of the IBM Telco sample (`telco/Telco_customer_churn.xlsx`): how many gave them, what they mean.
const TELCO: [(&str, u32, Option<Defector>, u8); 20] = {
    use Defector::{Market, Price, Product, Service, Technology};
    [
        ("Attitude of support person", 192, Some(Service), 2),
        ("Competitor offered higher download speeds", 189, Some(Technology), 4),
        ("Competitor offered more data", 162, Some(Product), 4),
        ("Don't know", 154, None, 0),
        ("Competitor made better offer", 140, Some(Price), 3),
        ("Attitude of service provider", 135, Some(Service), 2),
        ("Competitor had better devices", 130, Some(Product), 4),
        ("Network reliability", 103, Some(Service), 2),
        ("Product dissatisfaction", 102, Some(Product), 2),
        ("Price too high", 98, Some(Price), 3),
        ("Service dissatisfaction", 89, Some(Service), 2),
        ("Lack of self-service on Website", 88, Some(Service), 2),
        ("Extra data charges", 57, Some(Price), 3),
        ("Moved", 53, Some(Market), 5),
        ("Limited range of services", 44, Some(Product), 4),
        ("Lack of affordable download/upload speed", 44, Some(Price), 3),
        ("Long distance charges", 44, Some(Price), 3),
        ("Poor expertise of phone support", 20, Some(Service), 2),
        ("Poor expertise of online support", 19, Some(Service), 2),
        ("Deceased", 6, Some(Market), 5),
    ]
};

#[test]
fn telco_reasons_are_all_understood() {
    for (text, _, defector, kind) in TELCO {
        let found = classify(text, &ReasonSettings::default());
        assert_eq!(found, (defector, ExitKind::from_number(kind)), "{text}");
    }
}

#[test]
fn telco_pareto_and_verdict() {
    let texts: Vec<&str> = TELCO.iter().map(|t| t.0).collect();
    let mut code: Vec<u32> = (0..20).flat_map(|c| vec![c; TELCO[c as usize].1 as usize]).collect();
    let n_left = code.len();
    code.resize(7043, u32::MAX);
    let exited: Vec<bool> = (0..7043).map(|i| i < n_left).collect();
    let r = reasons(&input(&exited, &texts, &code), &ReasonSettings::default());
    assert_eq!((r.n_exits, r.n_unknown, r.n_blank, r.base), (1869, 154, 0, 7043));
    let kinds: Vec<_> = r.by_kind.iter().map(|k| (k.key.map(ExitKind::number), k.n)).collect();
    assert_eq!(kinds, [(Some(2), 748), (Some(4), 525), (Some(3), 383), (Some(5), 59), (None, 154)]);
    assert!((r.by_kind[0].rate.unwrap() - 748.0 / 7043.0).abs() < 1e-15);
    assert!((r.by_kind[1].cumulative_share.unwrap() - 1273.0 / 1715.0).abs() < 1e-15);
    assert_eq!((r.verdict.level, r.verdict.n_own_cause), (Level::Serious, 1273));
    assert!(!r.verdict.uncertain && r.verdict.watch.is_empty());
    assert_eq!((r.by_text.len(), r.by_text[19].key.text.as_str()), (20, "Don't know"), "unknown comes last");
}

#[test]
fn chinese_reasons_in_both_scripts() {
    use ExitKind::{AbandonedByFirm, Attracted, Dissatisfied, Forced, OtherInternal, Poached};
    for (simplified, traditional, kind) in [
        ("价格太贵了", "價格太貴了", Some(Poached)),
        ("竞争对手优惠更多", "競爭對手優惠更多", Some(Poached)),
        ("贵公司服务差", "貴公司服務差", Some(Dissatisfied)),
        ("贵公司", "貴公司", None),
        ("太贵", "太貴", Some(Poached)),
        ("客服态度恶劣", "客服態度惡劣", Some(Dissatisfied)),
        ("产品质量问题", "產品質量問題", Some(Dissatisfied)),
        ("别家产品更好", "別家產品更好", Some(Attracted)),
        ("网速慢", "網速慢", Some(Attracted)),
        ("公司搬迁到外地", "公司搬遷到外地", Some(Forced)),
        ("客户去世", "客戶去世", Some(Forced)),
        ("业务员离职带走客户", "業務員離職帶走客戶", Some(OtherInternal)),
        ("战略调整，主动放弃", "戰略調整，主動放棄", Some(AbandonedByFirm)),
        ("长期拖欠货款", "長期拖欠貨款", Some(AbandonedByFirm)),
        ("企业丑闻", "企業醜聞", Some(Dissatisfied)),
        ("不知道", "不知道", None),
        ("其他", "其他", None),
    ] {
        assert_eq!(kind_of(simplified), kind, "{simplified}");
        assert_eq!(kind_of(traditional), kind, "{traditional}");
    }
}

#[test]
fn words_match_whole_and_whatever_the_case_width_or_apostrophe() {
    assert_eq!(kind_of("some features were REMOVED"), Some(ExitKind::Attracted), "feature, not moved");
    assert_eq!(kind_of("  ＰＲＩＣＥ！ "), Some(ExitKind::Poached));
    assert_eq!(kind_of("DON’T KNOW (price?)"), None, "said outright");
    assert_eq!(kind_of("the cost of delivery"), Some(ExitKind::Dissatisfied), "delivery is longer");
    assert_eq!(kind_of("delivery costs"), Some(ExitKind::Poached), "but the phrase is longer still");
    assert_eq!(kind_of("better prices on the market"), Some(ExitKind::Poached));
    for unknown in ["", "??", "xyz", "Other", "misc", "enterprise", "remover", "servic"] {
        assert_eq!(kind_of(unknown), None, "{unknown}");
    }
}

#[test]
fn the_users_keywords_come_first_and_may_stand_alone() {
    let keyword = |text: &str, defector, kind| Keyword { text: text.to_owned(), defector, kind };
    let settings = ReasonSettings {
        keywords: vec![
            keyword("wal*", None, Some(ExitKind::OtherInternal)),
            keyword("fee", Some(Defector::Service), None),
            keyword("Other", None, Some(ExitKind::OtherInternal)),
            keyword("poor value", None, None),
            keyword("  ", Some(Defector::Price), None),
        ],
        ..Default::default()
    };
    let service = (Some(Defector::Service), Some(ExitKind::Dissatisfied));
    assert_eq!(classify("Competitor offered better deal and lower fees", &settings), service);
    assert_eq!(classify("other", &settings), (None, Some(ExitKind::OtherInternal)));
    assert_eq!(classify("poor value for money", &settings), (None, None), "the user may unlearn");
    assert_eq!(classify("walked out", &settings), (None, Some(ExitKind::OtherInternal)));
    assert_eq!(classify("price", &settings).0, Some(Defector::Price));
    assert_eq!(classify("price", &ReasonSettings { builtin_keywords: false, ..settings }), (None, None));
}

#[test]
fn longest_wins_and_the_first_of_equally_long_ones() {
    let keyword =
        |text: &str, defector| Keyword { text: text.to_owned(), defector: Some(defector), kind: None };
    let of = |keywords: Vec<Keyword>, text: &str| {
        classify(text, &ReasonSettings { keywords, ..Default::default() }).0.unwrap()
    };
    let (a, b) = (keyword("aaaa", Defector::Market), keyword("bbbb", Defector::Price));
    assert_eq!(of(vec![a.clone(), b.clone()], "bbbb aaaa"), Defector::Market);
    assert_eq!(of(vec![b, a.clone()], "aaaa bbbb"), Defector::Price);
    assert_eq!(
        of(vec![a, keyword("服务", Defector::Service)], "aaaa服务"),
        Defector::Service,
        "6 bytes beat 4"
    );
}

#[test]
fn every_built_in_keyword_is_found_by_itself() {
    // Folded twins would make the later one dead.
    let keywords = Keywords::new(&[], true);
    let mut folded = String::new();
    assert!(keywords.len() > 300 && !keywords.is_empty());
    let mut seen = std::collections::BTreeMap::new();
    for entry in keywords.entries() {
        keywords.fold(entry, &mut folded);
        assert_eq!(&folded, entry, "folding is idempotent");
        assert_eq!(keywords.find(entry).unwrap().0.keyword, *entry);
        assert_eq!(seen.insert(entry.to_owned(), ()), None, "{entry} stands twice");
    }
}

#[test]
fn rates_losses_and_shares_of_a_small_file() {
    let texts = ["Moved", "price", "PRICE ", "gibberish", ""];
    let code = [1, 2, 0, 3, 4, 99, 1];
    let exited = [true, true, true, true, true, true, false];
    let lost = [10.0, 20.0, 5.0, 1.0, f64::NAN, 2.0, 999.0];
    let full = ReasonInput { lost_value: Some(&lost), base: Some(60), ..input(&exited, &texts, &code) };
    let r = reasons(&full, &ReasonSettings::default());
    assert_eq!((r.n_exits, r.n_known, r.n_unknown, r.n_blank, r.n_not_exited), (6, 3, 3, 2, 1));
    assert_eq!(
        r.by_text.iter().map(|t| t.key.text.as_str()).collect::<Vec<_>>(),
        ["PRICE", "Moved", "", "gibberish"]
    );
    let price = &r.by_text[0];
    assert_eq!((price.n, price.share_of_known, price.lost_value), (2, Some(2.0 / 3.0), Some(30.0)));
    assert_eq!(price.key.matched, Some(Matched { keyword: "price".to_owned(), user: false }));
    assert_eq!(price.rate, Some(2.0 / 60.0));
    assert_eq!(price.rate_band, Some(wilson(2.0, 60.0)));
    assert_eq!(
        (r.by_text[2].n, r.by_text[2].share_of_known, r.by_text[2].share_of_exits),
        (2, None, 1.0 / 3.0)
    );
    assert_eq!(
        r.by_kind.iter().map(|k| (k.key, k.n, k.lost_value.unwrap())).collect::<Vec<_>>(),
        [(Some(ExitKind::Poached), 2, 30.0), (Some(ExitKind::Forced), 1, 5.0), (None, 3, 3.0)]
    );
    assert_eq!(r.kind[..3], [Some(ExitKind::Poached), Some(ExitKind::Poached), Some(ExitKind::Forced)]);
    assert_eq!(r.kind[6], None, "who is still there has no reason");
    assert!(r.verdict.uncertain, "half are unknown");
    assert_eq!(r.trend, Trend::NoDates);
    let back: Reasons = serde_json::from_value(serde_json::to_value(&r).unwrap()).unwrap();
    assert_eq!(back, r);
}

#[test]
fn long_lists_of_texts_are_cut_but_counted() {
    let texts: Vec<String> =
        (0..30).map(|i| format!("{} {i}", if i % 2 == 0 { "price" } else { "zzz" })).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let code: Vec<u32> = (0..30).collect();
    let settings = ReasonSettings { max_texts: 4, ..Default::default() };
    let r = reasons(&input(&[true; 30], &texts, &code), &settings);
    let known = r.by_text.iter().filter(|t| t.key.kind.is_some()).count();
    assert_eq!((r.n_texts, r.by_text.len(), known, r.n_known), (30, 8, 4, 15));
}

#[test]
fn a_base_smaller_than_the_exits_is_raised_to_them() {
    let few = ReasonInput { base: Some(1), ..input(&[true; 4], &["price"], &[0; 4]) };
    let r = reasons(&few, &ReasonSettings::default());
    assert_eq!((r.base, r.by_kind[0].rate), (4, Some(1.0)));
}

#[test]
fn nobody_left_nothing_known() {
    let settings = ReasonSettings::default();
    for r in [
        reasons(&input(&[], &[], &[]), &settings),
        reasons(&input(&[false; 3], &["price"], &[0; 3]), &settings),
    ] {
        assert_eq!((r.n_exits, r.by_text.len(), r.by_kind.len()), (0, 0, 0));
        assert_eq!((r.verdict.level, r.verdict.unknown_share), (Level::NoneKnown, None));
        assert!(!r.verdict.uncertain);
    }
    let blank = reasons(&input(&[true; 3], &[], &[]), &settings);
    assert_eq!((blank.n_blank, blank.verdict.level, blank.verdict.uncertain), (3, Level::NoneKnown, true));
    assert_eq!(blank.by_kind[0].rate, Some(1.0));
}

#[test]
fn materiality_needs_share_and_cases() {
    let level = |counts: [u32; 6]| diagnose(&counts, 0, &ReasonSettings::default()).level;
    assert_eq!(level([0, 2, 2, 0, 2, 0]), Level::Normal, "33 %, but 2 cases");
    assert_eq!(level([0, 1, 2, 1, 2, 1]), Level::Serious, "3 cases of three kinds");
    assert_eq!(level([58, 3, 0, 0, 0, 0]), Level::Normal, "3 cases, but 4.9 %");
    assert_eq!(level([57, 3, 0, 0, 0, 0]), Level::Serious, "5 %");
    let at_limit = diagnose(&[0, 0, 7, 0, 0, 0], 3, &ReasonSettings::default());
    assert_eq!((at_limit.unknown_share, at_limit.uncertain), (Some(0.3), false), "more than 30 %");
}

#[test]
fn control_and_countermeasures_follow_the_most_frequent_kind() {
    let verdict = diagnose(&[1, 5, 3, 9, 2, 1], 0, &ReasonSettings::default());
    assert_eq!(verdict.countermeasures[0], Countermeasure::TotalQuality);
    let unique: std::collections::BTreeSet<_> =
        verdict.countermeasures.iter().map(|c| format!("{c:?}")).collect();
    assert_eq!(unique.len(), verdict.countermeasures.len());
    let shares: Vec<_> = verdict.by_control.iter().map(|c| (c.control, c.n)).collect();
    assert_eq!(
        shares,
        [
            (Control::Intended, 1),
            (Control::Controllable, 15),
            (Control::Partly, 3),
            (Control::NotControllable, 2)
        ]
    );
    assert!(diagnose(&[0, 0, 0, 0, 5, 0], 0, &ReasonSettings::default()).countermeasures.is_empty());
}

#[test]
fn trend_by_month_fills_gaps_and_tells_a_rise() {
    // Service complaints grow from 1 in 10 to 10 in 11 over ten months; one month has no exits.
    let (mut code, mut month) = (Vec::new(), Vec::new());
    for m in (0..11).filter(|m| *m != 5) {
        code.extend((0..10).map(|i| u32::from(i > m)).chain([2]));
        month.extend([Some(Month(24_000 + m)); 11]);
    }
    code.push(0);
    month.push(None);
    let exited = vec![true; code.len()];
    let texts = ["rude", "moved", "??"];
    let dated = ReasonInput { exit_month: Some(&month), ..input(&exited, &texts, &code) };
    let r = reasons(&dated, &ReasonSettings::default());
    let Trend::Months { months, n_by_kind, n_unknown, trends } = r.trend else { panic!("dates are given") };
    assert_eq!((months.len(), months[0], n_unknown[0], n_unknown[5]), (11, Month(24_000), 1, 0));
    let dissatisfied = ExitKind::Dissatisfied as usize;
    assert_eq!((n_by_kind[dissatisfied][0], n_by_kind[dissatisfied][5]), (1, 0));
    assert_eq!(n_by_kind.iter().flatten().chain(&n_unknown).sum::<u32>() as usize, code.len() - 1);
    let of = |kind| trends.iter().find(|t| t.kind == kind).unwrap();
    assert_eq!(of(ExitKind::Dissatisfied).direction, Some(Direction::Rising));
    assert!((of(ExitKind::Dissatisfied).slope.unwrap() - 0.1).abs() < 0.02);
    assert_eq!(of(ExitKind::Forced).direction, Some(Direction::Falling));
    assert_eq!(trends.len(), 2);
}

#[test]
fn trend_needs_months_and_sane_dates() {
    let month = [Some(Month(1)), Some(Month(3))];
    let short = ReasonInput { exit_month: Some(&month), ..input(&[true; 2], &["price"], &[0; 2]) };
    let Trend::Months { trends, .. } = reasons(&short, &ReasonSettings::default()).trend else { panic!() };
    assert_eq!(trends, [KindTrend { kind: ExitKind::Poached, direction: None, slope: None }]);
    let month = [Some(Month(i32::MIN)), Some(Month(i32::MAX))];
    let wild = ReasonInput { exit_month: Some(&month), ..input(&[true; 2], &["price"], &[0; 2]) };
    assert!(matches!(reasons(&wild, &ReasonSettings::default()).trend, Trend::TooLong { .. }));
}

proptest! {
    #[test]
    fn rows_add_up_and_do_not_depend_on_row_order(
        rows in prop::collection::vec((any::<bool>(), 0_u32..8, -1e6_f64..1e6), 0..60),
    ) {
        let texts = ["price", "Price!", "服务差", "moved", "zzz", "", "质量"];
        let settings = ReasonSettings::default();
        let run = |rows: &[(bool, u32, f64)]| {
            let exited: Vec<bool> = rows.iter().map(|r| r.0).collect();
            let code: Vec<u32> = rows.iter().map(|r| r.1).collect();
            let lost: Vec<f64> = rows.iter().map(|r| r.2).collect();
            reasons(&ReasonInput { lost_value: Some(&lost), ..input(&exited, &texts, &code) }, &settings)
        };
        let r = run(&rows);
        let exits = rows.iter().filter(|r| r.0).count() as u32;
        let total: f64 = rows.iter().filter(|r| r.0).map(|r| r.2).sum();
        for (n, lost) in [
            (r.by_text.iter().map(|x| x.n).sum::<u32>(), r.by_text.iter().map(|x| x.lost_value.unwrap()).sum::<f64>()),
            (r.by_defector.iter().map(|x| x.n).sum(), r.by_defector.iter().map(|x| x.lost_value.unwrap()).sum()),
            (r.by_kind.iter().map(|x| x.n).sum(), r.by_kind.iter().map(|x| x.lost_value.unwrap()).sum()),
        ] {
            prop_assert_eq!(n, exits);
            prop_assert!((lost - total).abs() < 1e-6);
        }
        let mut known = r.by_kind.iter().filter_map(|x| x.cumulative_share);
        prop_assert!(known.clone().is_sorted() && known.next_back().is_none_or(|c| (c - 1.0).abs() < 1e-12));
        for x in &r.by_kind {
            let (low, high) = x.rate_band.unwrap();
            prop_assert!(low <= x.rate.unwrap() + 1e-12 && x.rate.unwrap() <= high + 1e-12);
        }
        let mut reversed = rows;
        reversed.reverse();
        let back = run(&reversed);
        prop_assert_eq!(&back.verdict, &r.verdict);
        prop_assert_eq!(back.by_text.iter().map(|x| (&x.key, x.n)).collect::<Vec<_>>(),
            r.by_text.iter().map(|x| (&x.key, x.n)).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,40}") {
        let keywords = Keywords::new(&[], true);
        let (mut once, mut twice) = (String::new(), String::new());
        keywords.fold(&text, &mut once);
        keywords.fold(&once, &mut twice);
        prop_assert_eq!(&once, &twice);
        if let Some((matched, ..)) = keywords.find(&once) {
            prop_assert!(once.contains(&matched.keyword));
        }
    }
}
