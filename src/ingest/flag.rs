//! Did this customer leave? Yes and no in the words that customer systems use.

use super::number::half_width;

/// Whether a cell says that the customer left; `None` if it says neither.
#[must_use]
pub fn parse(cell: &str) -> Option<bool> {
    let plain: String = cell.chars().map(half_width).flat_map(char::to_lowercase).collect();
    match plain.trim() {
        "yes" | "y" | "true" | "t" | "1" | "1.0" | "churned" | "churn" | "left" | "exited" | "lost"
        | "cancelled" | "canceled" | "closed" | "terminated" | "inactive" | "attrited customer" | "是"
        | "流失" | "已流失" | "离网" | "離網" | "退出" | "已退出" | "终止" | "終止" | "退订" | "退訂" => {
            Some(true)
        }
        "no" | "n" | "false" | "f" | "0" | "0.0" | "active" | "stayed" | "retained" | "current"
        | "joined" | "open" | "not churned" | "existing customer" | "否" | "未流失" | "在网" | "在網"
        | "留存" | "正常" | "有效" | "在用" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_no_and_neither() {
        assert_eq!(parse("Yes"), Some(true));
        assert_eq!(parse("１"), Some(true));
        assert_eq!(parse("否"), Some(false));
        assert_eq!(parse("maybe"), None);
    }
}
