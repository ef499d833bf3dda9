//! What does a column's name say it holds? English, Simplified and Traditional Chinese names of the roles.
//!
//! Names are compared without case, blanks, underscores and other punctuation, full-width characters as plain ones,
//! and without a bracketed remark (`Amount (USD)`, `金额（元）`). A whole name is sure; a name that only ends in, or
//! contains, a telling word is a hint that the values must bear out.

use std::sync::OnceLock;

use super::columns::Role;
use super::number::half_width;
use super::side::SideKind;

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

/// A name of the dictionary and what it says.
type Entry = (&'static str, (Role, Fit, usize));

/// The dictionary in the order of the names: every cell that may be a name is looked up.
fn index() -> &'static [Entry] {
    static INDEX: OnceLock<Vec<Entry>> = OnceLock::new();
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

fn find(list: Names, name: &str) -> Option<(Role, Fit, usize)> {
    list.iter().find_map(|(role, exact, usual)| {
        let rank = |names: &str| names.split(' ').position(|n| n == name);
        let exact = rank(exact).map(|rank| (*role, Fit::Exact, rank));
        exact.or_else(|| rank(usual).map(|rank| (*role, Fit::Usual, rank)))
    })
}

/// What names of amounts and days mean in a table of invoices, where they mean something else than elsewhere.
#[must_use]
pub(super) fn on_invoices(name: &str) -> Option<(Role, Fit, usize)> {
    find(ON_INVOICES, &normalize(name))
}

/// As [`ranked`], in a side table.
#[must_use]
pub(super) fn in_side_table(kind: SideKind, name: &str) -> Option<(Role, Fit, usize)> {
    let plain = normalize(name);
    let own = match kind {
        SideKind::Payments => ON_INVOICES,
        SideKind::Contacts => ON_CONTACTS,
        SideKind::Referrals => ON_REFERRALS,
        SideKind::Exits => ON_EXITS,
        SideKind::Survey => IN_SURVEYS,
        SideKind::Customers => ON_CUSTOMERS,
    };
    let found = if plain.is_empty() { None } else { find(own, &plain).or_else(|| ranked(name)) };
    found.filter(|(role, _, _)| kind.roles().contains(role))
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
type Names = &'static [(Role, &'static str, &'static str)];

const NAMES: Names = &[
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
        "left exit closedflag 是否退出 退出 default defaulted defaultpaymentnextmonth 违约 是否违约 違約 是否違約",
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
    (
        Role::DueDate,
        "duedate paymentduedate invoiceduedate datedue dueon payby 到期日 到期日期 应付日期 应收日期 付款到期日 付款期限 \
         應付日期 應收日期 付款到期日期",
        "due",
    ),
    (
        Role::ServiceCost,
        "servicecost costtoserve servicingcost supportcost 服务成本 服务费用 客服成本 服務成本 服務費用",
        "",
    ),
    (
        Role::ListPrice,
        "listprice unitlistprice msrp rrp catalogprice originalprice regularprice \
         标价 原价 吊牌价 目录价 定价 市场价 標價 原價 吊牌價 目錄價 定價 市場價 牌價",
        "",
    ),
    (
        Role::Promotion,
        "promotion promo promotionid promoid promocode promotioncode promotionname couponcode \
         促销 促销活动 促销编号 活动编号 活动名称 优惠券 促銷 促銷活動 促銷編號 活動編號 活動名稱 優惠券",
        "campaign campaignid coupon 活动 活動",
    ),
    (
        Role::Margin,
        "grossprofit profit profitamount lineprofit contributionmargin 毛利 毛利额 毛利润 利润 毛利額 毛利潤 利潤",
        "margin grossmargin",
    ),
    (
        Role::Segment,
        "segment customersegment customergroup 客户分群 客户分组 客户细分 客户群 客群 客戶分群 客戶分組 客戶群",
        "",
    ),
    (
        Role::Wallet,
        "wallet walletsize wallettotal walletperyear totalwallet categoryspend annualcategoryspend \
         年采购总额 品类总支出 钱包 钱包规模 年採購總額 品類總支出 錢包 錢包規模",
        "",
    ),
    (
        Role::Period,
        "period month yearmonth ym monthyear quarter yearquarter year fiscalperiod billingperiod billingmonth \
         statementmonth 期间 月份 年月 季度 年度 年份 账期 统计月份 期間 帳期 統計月份",
        "week weekno yearweek 月 季 年 周 週 周次 週次",
    ),
    (
        Role::OrderCount,
        "orders numberoforders nooforders ordercount orderscount norders ntransactions numberoftransactions \
         transactioncount transactions purchasecount numberofpurchases purchases \
         订单数 订单数量 订单量 交易次数 交易笔数 购买次数 消费次数 笔数 訂單數 訂單數量 交易次數 交易筆數 購買次數 消費次數 筆數",
        "frequency visits numberofvisits 频次 到店次数 頻次 到店次數",
    ),
    (
        Role::LastDate,
        "lastpurchase lastpurchasedate lastorder lastorderdate lastvisit lastvisitdate lasttransactiondate \
         mostrecentvisit mostrecentpurchase mostrecentpurchasedate mostrecentorder mostrecentorderdate \
         最近购买日期 最近购买时间 最近消费日期 最近消费时间 最近下单日期 最近下单时间 最近一次消费 最后购买日期 最后下单日期 最后消费日期 \
         最近購買日期 最近購買時間 最近消費日期 最近消費時間 最近下單日期 最近一次消費 最後購買日期 最後消費日期",
        "",
    ),
    (
        Role::FirstDate,
        "firstpurchase firstpurchasedate firstorder firstorderdate firstvisit acquireddate acquisitiondate \
         dateacquired customersince 首次购买日期 首次消费日期 首单日期 首购日期 获客日期 首次購買日期 首次消費日期 首單日期 首購日期 \
         獲客日期",
        "",
    ),
    (
        Role::AcquisitionCost,
        "acquisitioncost customeracquisitioncost costofacquisition cac 获客成本 获取成本 獲客成本 獲取成本",
        "",
    ),
];

const ON_INVOICES: Names = &[
    (
        Role::Amount,
        "amount amountdue invoiceamount invoicetotal totaldue billedamount \
         应付金额 应收金额 发票金额 账单金额 應付金額 應收金額 發票金額 帳單金額",
        "",
    ),
    (
        Role::PaidDate,
        "paiddate datepaid paidon paidat paymentdate paydate settleddate settlementdate datesettled \
         付款日期 付款时间 支付日期 支付时间 实付日期 回款日期 到账日期 收款日期 付款日 付款時間 支付時間 實付日期 到帳日期",
        "",
    ),
    (
        Role::AmountPaid,
        "amountpaid paidamount paymentamount amountreceived receivedamount \
         已付金额 实付金额 付款金额 支付金额 回款金额 已收金额 实收金额 收款金额 \
         已付金額 實付金額 付款金額 支付金額 回款金額 已收金額 實收金額 收款金額",
        "paid payment 实付 實付",
    ),
];

const ON_CONTACTS: Names = &[
    (
        Role::Date,
        "contactdate calldate ticketdate casedate servicedate complaintdate date openedat createdat \
         联系日期 接触日期 服务日期 来电日期 工单日期 投诉日期 日期 聯絡日期 聯繫日期 接觸日期 服務日期 來電日期 工單日期 投訴日期",
        "opened created time datetime timestamp 时间 時間 创建时间 創建時間",
    ),
    (
        Role::ContactKind,
        "contacttype contactkind kind tickettype casetype issuetype contactreason iscomplaint complaint \
         联系类型 接触类型 服务类型 工单类型 问题类型 是否投诉 投诉 聯絡類型 接觸類型 服務類型 工單類型 問題類型 是否投訴 投訴",
        "type category subject topic 类型 类别 事由 類型 類別",
    ),
    (
        Role::Minutes,
        "minutes durationminutes minutesspent mins handlingminutes handlingtime talktime callminutes callduration \
         分钟 分钟数 时长 通话时长 服务时长 处理时长 耗时 分鐘 分鐘數 時長 通話時長 服務時長 處理時長 耗時",
        "duration",
    ),
    (
        Role::ServiceCost,
        "cost servicecost contactcost handlingcost 成本 服务成本 处理成本 服務成本 處理成本",
        "费用 費用",
    ),
    (
        Role::Resolved,
        "resolved isresolved solved issolved answered isanswered 是否解决 已解决 是否回复 是否解決 已解決 是否回覆",
        "resolution status closed 状态 狀態 解决 解決",
    ),
];

const ON_REFERRALS: Names = &[
    (
        Role::Referrer,
        "referrer referrerid referrercustomerid referringcustomer referringcustomerid referredby referredbyid \
         advocate introducer recommender recommenderid inviter inviterid \
         推荐人 推荐人编号 推荐人id 推荐客户 推荐客户编号 介绍人 邀请人 推薦人 推薦人編號 推薦人id 推薦客戶 推薦客戶編號 介紹人 邀請人",
        "老客户 老客戶",
    ),
    (
        Role::Referred,
        "referred referredid referredcustomer referredcustomerid newcustomer newcustomerid newid referee refereeid \
         invitee inviteeid 被推荐人 被推荐人编号 被推荐客户 被推荐客户编号 新客户 新客户编号 被邀请人 \
         被推薦人 被推薦人編號 被推薦客戶 被推薦客戶編號 新客戶 新客戶編號 被邀請人",
        "",
    ),
    (
        Role::Date,
        "referraldate referredon invitedon date 推荐日期 介绍日期 邀请日期 日期 推薦日期 介紹日期 邀請日期",
        "",
    ),
];

const ON_EXITS: Names = &[
    (
        Role::Date,
        "exitdate churndate leftdate leavedate canceldate cancellationdate terminationdate enddate closedate date \
         流失日期 退出日期 离开日期 终止日期 离网日期 解约日期 退订日期 日期 離開日期 終止日期 離網日期 解約日期 退訂日期",
        "",
    ),
    (
        Role::Reason,
        "reason exitreason churnreason leavingreason cancelreason cancellationreason reasonforleaving statedreason \
         退出原因 流失原因 离开原因 离网原因 取消原因 解约原因 原因 離開原因 離網原因 解約原因",
        "",
    ),
];

const IN_SURVEYS: Names = &[
    (Role::Customer, "respondent respondentid 受访者 填写人 受訪者 填寫人", ""),
    (
        Role::Item,
        "item question questionid questionname dimension statement 题目 题项 问题 维度 题号 題目 題項 問題 維度 題號",
        "项目 項目 指标 指標",
    ),
    (Role::Score, "score answer rating response points 得分 分数 评分 答案 打分 分值 分數 評分", "value"),
];

const ON_CUSTOMERS: Names = &[
    (
        Role::Segment,
        "segment customersegment customergroup region salesregion territory 客户类型 客户级别 区域 大区 地区 销售区域 \
         客戶類型 客戶級別 區域 大區 地區 銷售區域",
        "group industry tier area 行业 等级 行業 等級 分组 分組",
    ),
    (
        Role::FirstDate,
        "acquireddate acquired acquisitiondate dateacquired joindate joined signupdate registrationdate \
         注册日期 入会日期 开户日期 註冊日期 入會日期 開戶日期",
        "since opened startdate",
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
        assert_eq!(lookup("web order date"), Some((Role::Date, Fit::Hint)));
        assert_eq!(lookup("payment update"), None);
        assert_eq!(lookup("Country"), None);
        assert_eq!(lookup(""), None);
    }

    #[test]
    fn no_name_stands_for_two_roles() {
        for list in [NAMES, ON_INVOICES, ON_CONTACTS, ON_REFERRALS, ON_EXITS, IN_SURVEYS, ON_CUSTOMERS] {
            let mut all: Vec<&str> =
                list.iter().flat_map(|(_, a, b)| a.split(' ').chain(b.split(' '))).collect();
            all.retain(|n| !n.is_empty());
            all.sort_unstable();
            let twice: Vec<_> = all.windows(2).filter(|w| w[0] == w[1]).collect();
            assert!(twice.is_empty(), "{twice:?}");
            for name in &all {
                assert_eq!(&normalize(name), name, "is never found as it is written");
            }
        }
    }
}
