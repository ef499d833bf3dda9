//! What does a column's name say it holds? English, Simplified and Traditional Chinese names of the roles.
//!
//! Names are compared without case, blanks, underscores and other punctuation, full-width characters as plain ones,
//! and without a bracketed remark (`Amount (USD)`, `金额（元）`). A whole name is sure; a name that only ends in, or
//! contains, a telling word is a hint that the values must bear out.

use std::sync::OnceLock;

use super::columns::Role;
use super::number::half_width;

/// How well a name fits a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A telling word is part of the name.
    Hint,
    /// One of several usual names, less specific than others.
    Usual,
    /// A name for exactly this.
    Exact,
}

/// A name reduced to what is compared.
#[must_use]
pub fn normalize(name: &str) -> String {
    let plain: String = name.chars().map(half_width).collect();
    let outside = plain.split(['(', '[', '（']).next().filter(|s| !s.trim().is_empty()).unwrap_or(&plain);
    outside.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The role a name stands for, and how well.
#[must_use]
pub fn lookup(name: &str) -> Option<(Role, Fit)> {
    ranked(name).map(|(role, fit, _)| (role, fit))
}

/// As [`lookup`], with the place of the name among those of its role: of two columns, the one listed first (the
/// customer's number before the name) is the better.
#[must_use]
pub fn ranked(name: &str) -> Option<(Role, Fit, usize)> {
    let name = normalize(name);
    if name.is_empty() {
        return None;
    }
    let index = index();
    match index.binary_search_by_key(&name.as_str(), |(known, _)| known) {
        Ok(i) => Some(index[i].1),
        Err(_) => hint(&name).map(|role| (role, Fit::Hint, 0)),
    }
}

/// The dictionary in the order of the names: every cell that may be a name is looked up.
fn index() -> &'static [(&'static str, (Role, Fit, usize))] {
    static INDEX: OnceLock<Vec<(&str, (Role, Fit, usize))>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let of = |role: Role, names: &'static str, fit: Fit| {
            names.split(' ').enumerate().map(move |(rank, name)| (name, (role, fit, rank)))
        };
        let both = |(role, exact, usual): &(Role, &'static str, &'static str)| {
            of(*role, exact, Fit::Exact).chain(of(*role, usual, Fit::Usual))
        };
        let mut all: Vec<_> = NAMES.iter().flat_map(both).filter(|(name, _)| !name.is_empty()).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    })
}

/// Whether a name says "identifier" without saying of what.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let name = normalize(name);
    ["id", "编号", "編號", "name", "姓名"].iter().any(|end| name.ends_with(end))
}

fn hint(name: &str) -> Option<Role> {
    let starts = |words: &[&str]| words.iter().any(|w| name.starts_with(w));
    let ends = |words: &[&str]| words.iter().any(|w| name.ends_with(w));
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let person = has(&[
        "customer", "client", "member", "buyer", "客户", "客戶", "会员", "會員", "顾客", "顧客", "用户",
    ]);
    let names_one = ends(&[
        "id", "no", "number", "code", "key", "name", "编号", "編號", "号", "號", "代码", "代碼", "名称",
        "名稱",
    ]);
    if person && names_one {
        return Some(Role::Customer);
    }
    if has(&["order", "invoice", "订单", "訂單", "发票", "發票"]) && names_one {
        return Some(Role::Order);
    }
    if has(&["product", "item", "sku", "商品", "产品", "產品"]) && names_one {
        return Some(Role::Product);
    }
    if starts(&["start", "begin", "signup", "开始", "開始", "起始"])
        && ends(&["date", "日期", "时间", "時間"])
    {
        return Some(Role::StartDate);
    }
    // A due, paid or birth date is not the day of the purchase.
    if has(&["due", "paid", "birth", "到期", "付款", "出生", "end", "结束", "結束", "update", "更新"])
    {
        return None;
    }
    if ends(&["date", "日期", "datetime", "timestamp"]) {
        return Some(Role::Date);
    }
    if ends(&["amount", "revenue", "sales", "金额", "金額", "amt"])
        && !starts(&["avg", "average", "mean", "tax"])
    {
        return Some(Role::Amount);
    }
    if ends(&["quantity", "qty", "数量", "數量"]) {
        return Some(Role::Quantity);
    }
    None
}

/// Role, names that mean exactly it, and usual names; separated by blanks.
const NAMES: &[(Role, &str, &str)] = &[
    (
        Role::Customer,
        "customerid customer customerno customernumber customercode customerkey customername custid cust custno \
         custname clientid client clientno clientname clientcode memberid memberno membercode member buyerid buyer \
         accountid accountno accountnumber userid user username subscriberid subscriber patientid shopperid \
         客户编号 客户 客户号 客户id 客户代码 客户名称 客户名 客户姓名 客户编码 客编 会员编号 会员 会员号 会员id 会员卡号 \
         会员名 顾客编号 顾客 顾客id 用户编号 用户 用户id 用户名 买家 买家id 买家昵称 买家会员名 购买人 客戶編號 客戶 客戶號 客戶id \
         客戶代碼 客戶代號 客戶名稱 客戶姓名 會員編號 會員 會員號 會員id 會員卡號 顧客編號 顧客 顧客id 用戶編號 用戶 用戶id \
         使用者 買家 買家id",
        "account email phone mobile 手机号 手机 手機 电话 電話 公司 公司名称 單位 单位 单位名称",
    ),
    (
        Role::Date,
        "date orderdate invoicedate purchasedate transactiondate transdate txndate saledate salesdate orderdatetime \
         dateofpurchase orderpurchasetimestamp orderedat purchasedat transactiontime ordertime purchasetime \
         日期 下单日期 下单时间 订单日期 订单时间 购买日期 购买时间 交易日期 交易时间 消费日期 消费时间 销售日期 成交日期 \
         成交时间 开票日期 发票日期 下單日期 下單時間 訂單日期 訂單時間 購買日期 購買時間 交易時間 消費日期 消費時間 銷售日期 \
         成交時間 開票日期 發票日期",
        "datetime timestamp time day createdat created orderday paymentdate paiddate shipdate 时间 時間 创建时间 \
         付款时间 支付时间 付款時間 支付時間 記帳日期 记账日期 日付 날짜",
    ),
    (
        Role::Amount,
        "amount sales revenue orderamount totalamount netamount salesamount saleamount transactionamount txnamount \
         amountpaid ordertotal orderamt linetotal linevalue ordervalue totalprice totalsales netsales dollarvalue \
         netrevenue turnover spend spending purchaseamount paymentvalue invoiceamount extendedprice \
         金额 订单金额 销售额 销售金额 消费金额 交易金额 成交金额 支付金额 实付金额 实付 实收金额 付款金额 总金额 总价 营业额 收入 \
         金額 訂單金額 銷售額 銷售金額 消費金額 成交金額 支付金額 實付金額 實付 實收金額 付款金額 總金額 總價 營業額",
        "total value payment paid dollars amt gross grosssales monetary monetaryvalue 合计 合計 应付金额 應付金額 小计 小計 금액",
    ),
    (
        Role::Order,
        "orderid orderno ordernumber order invoiceno invoice invoiceid invoicenumber transactionid transactionno \
         txnid receiptno receiptid receipt basketid basket billno ticketid \
         订单编号 订单号 订单id 订单 单号 发票号 发票号码 交易号 交易编号 流水号 小票号 \
         訂單編號 訂單號 訂單號碼 訂單id 訂單 單號 發票號 發票號碼 交易號 交易編號 流水號",
        "documentno docno voucherno 凭证号 憑證號",
    ),
    (
        Role::Product,
        "productid product productname productcode sku skuid stockcode itemid item itemcode itemname itemno upc \
         商品编号 商品 商品名称 商品id 产品编号 产品 产品名称 产品id 货号 商品编码 品名 \
         商品編號 商品名稱 產品編號 產品 產品名稱 產品id 貨號 商品編碼",
        "asin articleno article description 型号 型號",
    ),
    (
        Role::Category,
        "category productcategory categoryname department productline producttype subcategory \
         类别 商品类别 产品类别 品类 分类 商品分类 产品线 類別 商品類別 產品類別 品類 分類 商品分類 產品線",
        "business line family 部门 部門 业务 業務",
    ),
    (
        Role::Quantity,
        "quantity qty units numberofcds cds quantityordered unitssold numberofitems itemquantity pieces pcs \
         数量 购买数量 销售数量 件数 订购数量 數量 購買數量 銷售數量 件數 訂購數量 销量 銷量",
        "count volume items nitems",
    ),
    (
        Role::UnitPrice,
        "unitprice priceeach priceperunit itemprice sellingprice 单价 商品单价 销售单价 售价 單價 商品單價 銷售單價 售價",
        "price 价格 價格",
    ),
    (
        Role::Cost,
        "cost totalcost costamount costofgoods cogs linecost variablecost 成本 总成本 成本金额 變動成本 变动成本 總成本 成本金額",
        "",
    ),
    (
        Role::Channel,
        "channel saleschannel orderchannel 渠道 销售渠道 渠道名称 通路 銷售渠道 銷售通路 來源渠道 来源渠道",
        "source platform store 门店 門店 店铺 店鋪 平台 来源 來源",
    ),
    (
        Role::Tenure,
        "tenure tenuremonths tenureinmonths monthsactive monthsasclient accountage \
         在网时长 在网月数 合同月数 入网时长 客户关系月数 在網時長 在網月數 合約月數 使用月数 使用月數 关系月数 關係月數",
        "months duration lifetime 时长 時長 月数 月數",
    ),
    (
        Role::StartDate,
        "startdate start signupdate signup joindate joined contractstart contractstartdate subscriptionstart begindate \
         activationdate registrationdate 开始日期 起始日期 入网日期 入网时间 签约日期 合同开始日期 注册日期 开通日期 \
         開始日期 入網日期 簽約日期 合約開始日期 註冊日期 開通日期",
        "opened since",
    ),
    (
        Role::EndDate,
        "enddate end contractend contractenddate cancellationdate canceldate cancelledat churndate exitdate \
         terminationdate leftdate 结束日期 终止日期 离网日期 流失日期 退订日期 合同结束日期 解约日期 \
         結束日期 終止日期 離網日期 退訂日期 合約結束日期 解約日期",
        "closed",
    ),
    (
        Role::Churned,
        "churn churned churnflag churnvalue churnlabel ischurn ischurned exited hasleft attrition attritionflag cancelled \
         canceled 流失 是否流失 流失标志 流失标记 已流失 是否离网 离网 流失標誌 流失標記 是否離網 離網",
        "left exit closedflag 是否退出 退出",
    ),
    (
        Role::MonthlyCharge,
        "monthlycharges monthlycharge monthlyfee monthlyprice mrr monthlyrevenue monthlyamount periodcharge \
         recurringcharge subscriptionfee 月费 月租 月租费 每月费用 月消费 月费用 月費 月租費 每月費用 月消費",
        "fee charge arpu 费用 費用",
    ),
    (
        Role::TotalCharge,
        "totalcharges totalcharge totalrevenue lifetimerevenue totalbilled 总费用 累计费用 累计消费 总消费 總費用 累計費用 \
         累計消費 總消費",
        "",
    ),
    (
        Role::Reason,
        "reason churnreason exitreason cancellationreason cancelreason leavingreason \
         流失原因 退出原因 离网原因 原因 离开原因 取消原因 離網原因 離開原因",
        "churncategory",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_three_scripts() {
        for (name, role) in [
            ("Customer ID", Role::Customer),
            ("customer_id", Role::Customer),
            ("ＣｕｓｔＩＤ", Role::Customer),
            ("客户编号", Role::Customer),
            ("客戶編號", Role::Customer),
            ("下单日期", Role::Date),
            ("訂單金額（元）", Role::Amount),
            ("Amount (USD)", Role::Amount),
            ("InvoiceNo", Role::Order),
            ("StockCode", Role::Product),
            ("UnitPrice", Role::UnitPrice),
            ("MonthlyCharges", Role::MonthlyCharge),
            ("number_of_cds", Role::Quantity),
        ] {
            let found = lookup(name);
            assert!(matches!(found, Some((r, Fit::Exact)) if r == role), "{name}: {found:?}");
        }
    }

    #[test]
    fn hints_and_strangers() {
        assert_eq!(lookup("wholesale client number"), Some((Role::Customer, Fit::Hint)));
        assert_eq!(lookup("first order date"), Some((Role::Date, Fit::Hint)));
        assert_eq!(lookup("payment due date"), None);
        assert_eq!(lookup("Country"), None);
        assert_eq!(lookup(""), None);
    }

    #[test]
    fn no_name_stands_for_two_roles() {
        let mut all: Vec<&str> =
            NAMES.iter().flat_map(|(_, a, b)| a.split(' ').chain(b.split(' '))).collect();
        all.retain(|n| !n.is_empty());
        all.sort_unstable();
        let twice: Vec<_> = all.windows(2).filter(|w| w[0] == w[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
        for name in &all {
            assert_eq!(&normalize(name), name, "is never found as it is written");
        }
    }
}
