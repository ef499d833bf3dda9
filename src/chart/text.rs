//! How wide will this text be, and where can it stand? An estimate that needs no browser.
//!
//! Widths are fractions of the font size by kind of character: full-width (Chinese, Japanese, Korean, full-width forms)
//! 1 em, others by a table made a little generous, because the reader's system font is not known. Good for margins and
//! for keeping labels apart; not for setting type.

/// Size of tick labels, px.
pub const TICK: f64 = 12.0;
/// Size of labels, px.
pub const LABEL: f64 = 13.0;

/// Estimated width of a text, px, at a font size, px.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The widest of several texts, px; 0 for none.
#[must_use]
pub fn widest<S: AsRef<str>>(texts: &[S], size: f64) -> f64 {
    texts.iter().map(|t| width(t.as_ref(), size)).fold(0.0, f64::max)
}

/// Width of one character in em.
fn em(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f000}'..='\u{3fffd}'
        | '…'
        | '—' => 1.0,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' | ' ' | '\u{a0}' | '\u{202f}'
        | '\u{2009}' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '←' | '→' | '↑' | '↓' => 0.92,
        'A'..='Z' | '+' | '=' | '<' | '>' | '±' | '×' => 0.68,
        _ => 0.6,
    }
}

/// The text, shortened with an ellipsis to fit `room` px; empty when not even one character fits.
#[must_use]
pub fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut used = size; // the ellipsis
    let mut out = String::new();
    for c in text.chars() {
        used += em(c) * size;
        if used > room {
            break;
        }
        out.push(c);
    }
    if out.is_empty() {
        return out;
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text in at most `most` lines of `room` px, broken at spaces and between full-width characters; what is left over is
/// shortened with an ellipsis.
#[must_use]
pub fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while lines.len() + 1 < most && width(rest, size) > room {
        let mut used = 0.0;
        let mut cut = None;
        let mut before_wide = false;
        for (at, c) in rest.char_indices() {
            let wide = em(c) >= 1.0;
            // Closing punctuation stays with what it closes.
            let closes = matches!(c, '，' | '。' | '、' | '）' | '；' | '：' | '」' | '…');
            if at > 0 && used <= room && (c == ' ' || ((wide || before_wide) && !closes)) {
                cut = Some(at);
            }
            used += em(c) * size;
            before_wide = wide && !matches!(c, '（' | '「');
            if used > room {
                break;
            }
        }
        let Some(cut) = cut else { break };
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        lines.push(fit(rest, size, room));
    }
    lines
}

/// Moves labels apart: the positions nearest to `wanted` that are at least `gap` apart and inside `lo..=hi`, in the
/// order given. Where there is no room for all, they keep their order and share what there is.
#[must_use]
pub fn spread(wanted: &[f64], gap: f64, lo: f64, hi: f64) -> Vec<f64> {
    let n = wanted.len();
    if n == 0 {
        return Vec::new();
    }
    let gap = if n > 1 { gap.min((hi - lo).max(0.0) / (n - 1) as f64) } else { gap };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    // Groups of touching labels, each placed around the mean of what its members want.
    let mut groups: Vec<(f64, usize)> = Vec::new(); // sum of (wanted - rank * gap) within the group, members
    let mut starts: Vec<f64> = Vec::new();
    for &i in &order {
        groups.push((wanted[i], 1));
        starts.push(wanted[i].clamp(lo, hi.max(lo)));
        while let [.., (_, before), (_, _)] = groups[..] {
            let last = starts.len() - 1;
            if starts[last] >= starts[last - 1] + before as f64 * gap {
                break;
            }
            let (sum, count) = groups.pop().unwrap_or_default();
            starts.pop();
            if let (Some(group), Some(start)) = (groups.last_mut(), starts.last_mut()) {
                group.0 += sum - (count * group.1) as f64 * gap;
                group.1 += count;
                let room = (hi - (group.1 - 1) as f64 * gap).max(lo);
                *start = (group.0 / group.1 as f64).clamp(lo, room);
            }
        }
    }
    let mut out = vec![0.0; n];
    let mut next = order.iter();
    for (&(_, count), &start) in groups.iter().zip(&starts) {
        for rank in 0..count {
            if let Some(&i) = next.next() {
                out[i] = start + rank as f64 * gap;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_one_em_per_character() {
        assert!((width("考察期", 12.0) - 36.0).abs() < 1e-9);
        assert!(width("abc", 12.0) < 24.0);
        assert!((width("e\u{301}", 10.0) - width("e", 10.0)).abs() < 1e-9);
    }

    #[test]
    fn fit_shortens_whole_characters() {
        assert_eq!(fit("客户关系管理", 10.0, 60.0), "客户关系管理");
        assert_eq!(fit("客户关系管理", 10.0, 45.0), "客户关…");
        assert_eq!(fit("客户", 10.0, 12.0), "");
        assert_eq!(fit("Anna Berg", 10.0, 43.0), "Anna…");
    }

    #[test]
    fn wrap_breaks_at_spaces_and_between_chinese_characters() {
        assert_eq!(wrap("current value (36 months)", 10.0, 80.0, 2), ["current value", "(36 months)"]);
        assert_eq!(wrap("当前价值（未来）利润", 10.0, 45.0, 3), ["当前价值", "（未来）", "利润"]);
        assert_eq!(wrap("目前價值「未來」利潤", 10.0, 45.0, 3), ["目前價值", "「未來」", "利潤"]);
        assert_eq!(wrap("unbreakable", 10.0, 40.0, 2), ["unbre…"]);
        assert!(wrap("", 10.0, 40.0, 2).is_empty());
    }

    #[test]
    fn spread_keeps_distance_order_and_bounds() {
        let out = spread(&[10.0, 11.0, 50.0], 10.0, 0.0, 100.0);
        assert_eq!(out, vec![5.5, 15.5, 50.0]);
        assert_eq!(spread(&[99.0, 98.0], 10.0, 0.0, 100.0), vec![100.0, 90.0]);
        let tight = spread(&[5.0, 5.0, 5.0], 10.0, 0.0, 10.0);
        assert_eq!(tight, vec![0.0, 5.0, 10.0]);
        assert_eq!(spread(&[500.0], 10.0, 0.0, 100.0), vec![100.0]);
    }
}
