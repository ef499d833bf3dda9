//! Words of the methods: causes and remedies, signs of a stage and what to do in it, guard rails, grades, tiers and what
//! else a label may be called. One entry per word with every language.

use super::Lang;
use crate::analytics::credit::Item;
use crate::analytics::exit::{Decision, GuardRail, LadderStep, Light};
use crate::analytics::pattern::{Cause, Remedy};
use crate::analytics::profile::{CarePhase, CareStep, DataRole, SevenP, TenC};
use crate::analytics::reasons::{Control, Countermeasure, Defector, ExitKind, Level};
use crate::analytics::relationship::Dimension;
use crate::analytics::stage::{Advice, Badge, Goal, Sign};
use crate::analytics::tiers::Tier;
use crate::analytics::tree::Feature;

/// Declares `pub fn name(lang, word) -> &'static str`; a word or a language left out does not compile.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident($type:ident) { $($word:ident: $en:literal, $hans:literal, $hant:literal;)* })*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(lang: Lang, word: $type) -> &'static str {
                match word {
                    $($type::$word => lang.pick($en, $hans, $hant),)*
                }
            }
        )*

        /// Every word in every language, for tests.
        #[must_use]
        pub fn all() -> Vec<[&'static str; 3]> {
            vec![$($([$en, $hans, $hant],)*)*]
        }
    };
}

words! {
    /// Why relationships end in a pattern, or last.
    cause(Cause) {
        ValueBelowExpectation: "One of the first purchases fell short of expectations", "前几次购买的价值低于预期", "前幾次購買的價值低於預期";
        NoBasicTrust: "No basic trust yet", "尚无基本信任", "尚無基本信任";
        NoSwitchingCost: "Nothing is lost by going elsewhere (no switching cost)", "转向他处没有损失（无转移成本）", "轉向他處沒有損失（無轉換成本）";
        JudgedOfLittleWorth: "The firm saw little worth in the customer", "企业认为该客户价值不大", "企業認為該客戶價值不大";
        RisingExpectationsUnmet: "Rising expectations were not met", "未能满足不断提高的价值预期", "未能滿足不斷提高的價值預期";
        NoPersonalizedValue: "No personal added value: needs not understood, or not to be served", "缺少个性化增值：不了解需求或能力不足", "缺少個人化增值：不了解需求或能力不足";
        BetterAlternative: "A better alternative was found", "客户找到了更好的替代者", "客戶找到了更好的替代者";
        TooLittleInnovation: "Too little continuing innovation in value", "持续的价值创新不足", "持續的價值創新不足";
        UnfairShare: "The customer sees the gains as unfairly shared", "客户认为收益分配不公", "客戶認為收益分配不公";
        SuperiorValue: "Value above that of the best alternative", "价值优于最佳替代者", "價值優於最佳替代者";
        Equity: "Gains are shared fairly", "收益分配公平", "收益分配公平";
        SwitchingCosts: "Changing would cost much: specific investment, risk, learning", "转移成本高：专用投入、风险与学习", "轉換成本高：專屬投資、風險與學習";
    }
    /// What helps against a pattern, or keeps it.
    remedy(Remedy) {
        Onboarding: "Plan the start of each relationship", "做好新客引导", "做好新客引導";
        FirstOrderQuality: "Make the first order perfect", "把首单做到完美", "把首筆訂單做到完美";
        SetExpectations: "Promise what can be kept", "合理设定预期", "合理設定期望";
        QuickComplaintRepair: "Settle complaints at once", "快速处理投诉", "迅速處理客訴";
        ScreenChannels: "Look at the channels customers come from", "筛选获客渠道", "篩選獲客管道";
        NeedsDiscovery: "Find out what is needed", "挖掘需求", "發掘需求";
        Personalization: "Offer what this customer needs", "提供个性化方案", "提供個人化方案";
        KeyAccountContact: "Give the customer a contact person", "配备专人对接", "指派專人服務";
        Innovation: "Keep improving what is offered", "持续创新价值", "持續創新價值";
        FairnessReview: "Review prices and fairness", "审视价格与公平", "審視價格與公平";
        WinWinTerms: "Agree on terms by which both gain", "达成双赢条款", "達成雙贏條件";
        Protect: "Protect the relationship from competition", "重点保护，防范竞争", "重點保護，防範競爭";
        Referrals: "Ask for referrals", "邀请推荐", "邀請推薦";
        EarlyRepair: "Repair early: the cost of changing gives time for it", "及早修复：转移成本为挽回留出时间", "及早修復：轉換成本為挽回留出時間";
    }
    /// What is typical of a stage.
    sign(Sign) {
        LittleMutualUnderstanding: "Both sides know little of each other", "双方相互了解不多", "雙方彼此了解不多";
        TestingFitAndSincerity: "Both test whether they fit and whether the other is sincere", "双方考察相容性与诚意", "雙方考察契合度與誠意";
        Uncertainty: "Uncertainty is typical", "不确定性大", "不確定性大";
        TrialPurchases: "Purchases are trials in small quantity", "小批量尝试性购买", "小量嘗試性購買";
        MutualSatisfaction: "Both are satisfied", "双方相互满意", "雙方彼此滿意";
        GrowingTrustAndDependence: "Trust and dependence grow", "信任与依赖日益增长", "信任與依賴日益增加";
        GrowingReturns: "The relationship brings more and more", "关系回报日益增多", "關係回報日益增多";
        MoreRiskAccepted: "More risk is accepted", "风险承受意愿增加", "願意承擔更多風險";
        LongTermPromise: "A promise for the long term, spoken or not", "（或明或暗的）长期承诺", "（或明或暗的）長期承諾";
        HighSatisfaction: "Satisfaction is high", "满意度高", "滿意度高";
        MutualInvestment: "Both invest, in things and in people", "双方均有有形与无形投入", "雙方均有有形與無形投入";
        LargeVolume: "Volume is large", "交易量大", "交易量大";
        HighestDependence: "Dependence is at its highest", "相互依赖达到最高", "彼此依賴達到最高";
        FallingVolume: "Volume falls", "交易量回落", "交易量回落";
        LookingForAlternatives: "One side looks for alternatives", "一方在寻找替代者", "一方在尋找替代者";
        Dissatisfaction: "Dissatisfaction", "出现不满", "出現不滿";
        BetterPartner: "A better partner was found", "发现了更好的伙伴", "找到了更好的夥伴";
        ChangedNeed: "The need has changed", "需求发生变化", "需求發生變化";
    }
    /// What to do in a stage.
    advice(Advice) {
        LowerUncertainty: "Lower the uncertainty", "降低不确定性", "降低不確定性";
        ShowValue: "Show what the customer gains", "展示价值", "展示價值";
        PerfectFirstOrders: "Make the first orders perfect", "把首批订单做到完美", "把首批訂單做到完美";
        Deepen: "Deepen the relationship", "深化关系", "深化關係";
        Personalize: "Offer what this customer needs", "提供个性化服务", "提供個人化服務";
        WidenRange: "Widen the range", "拓宽品类", "擴大品類";
        StayAboveAlternative: "Keep the value above that of the best alternative", "保持优于最佳替代者的价值", "保持優於最佳替代者的價值";
        ShareGains: "Share the gains fairly", "公平分享收益", "公平分享收益";
        InviteReferrals: "Invite referrals", "邀请推荐", "邀請推薦";
        FindCause: "Find the cause", "查明原因", "查明原因";
        RepairWhileSwitchingCosts: "Repair while the cost of changing still holds", "趁转移成本仍在时修复", "趁轉換成本仍在時修復";
        LetGo: "Or let go, with care", "或妥善放手", "或妥善放手";
    }
    /// What to aim for with the time spent in a stage.
    goal(Goal) {
        Shorten: "Shorten this stage", "缩短此阶段", "縮短此階段";
        Prolong: "Prolong this stage", "延长此阶段", "延長此階段";
        Repair: "Turn it around, or end it with care", "扭转，或妥善结束", "扭轉，或妥善結束";
    }
    /// How far a stage can be relied upon.
    badge(Badge) {
        A: "at least 10 orders a month on the plateau", "平台期月均不少于 10 单", "高原期每月平均至少 10 筆訂單";
        B: "3 to 10 orders a month on the plateau", "平台期月均 3 至 10 单", "高原期每月平均 3 至 10 筆訂單";
        C: "fewer than 3 orders a month: indicative only", "月均不足 3 单：仅供参考", "每月平均不足 3 筆訂單：僅供參考";
    }
    /// How bad the causes of leaving are.
    reason_level(Level) {
        NoneKnown: "No reason for leaving is known", "没有已知的退出原因", "沒有已知的退出原因";
        Normal: "Normal range: causes lie in the customers' circumstances or in competitors' inducements", "正常范围：原因在客户自身情况或竞争者的不当利诱", "正常範圍：原因在客戶自身情況或競爭者的不當利誘";
        Serious: "Serious: caused by the firm itself, countermeasures are needed", "严重：由企业自身造成，需采取对策", "嚴重：由企業自身造成，須採取對策";
    }
    /// Whether the firm can do something about a kind of exit.
    control(Control) {
        Intended: "intended", "有意为之", "有意為之";
        Controllable: "can be controlled", "可控", "可控制";
        Partly: "can be controlled in part", "部分可控", "部分可控制";
        NotControllable: "cannot be controlled", "不可控", "無法控制";
    }
    /// The six kinds of exit.
    exit_kind(ExitKind) {
        AbandonedByFirm: "Given up by the firm", "主动放弃", "主動放棄";
        Dissatisfied: "Left dissatisfied", "主动离开", "主動離開";
        Poached: "Poached with special offers", "被挖走", "被挖走";
        Attracted: "Attracted by a better offer", "被吸引", "被吸引";
        Forced: "Forced by circumstances", "被迫离开", "被迫離開";
        OtherInternal: "Other internal causes", "其他内部原因", "其他內部原因";
    }
    /// The six defectors.
    defector(Defector) {
        Price: "Price", "价格", "價格";
        Product: "Product", "产品", "產品";
        Service: "Service", "服务", "服務";
        Market: "Market", "市场", "市場";
        Technology: "Technology", "技术", "技術";
        Political: "Conduct of the firm", "政治", "政治";
    }
    /// What helps against a kind of exit.
    countermeasure(Countermeasure) {
        TotalQuality: "Total quality management", "全面质量管理", "全面品質管理";
        ComplaintManagement: "Welcome complaints, answer them, learn from them", "重视投诉管理", "重視客訴管理";
        InternalCustomers: "Satisfied employees (internal customers)", "内部客户制度与员工满意", "內部客戶制度與員工滿意";
        CustomerCenteredOrganization: "An organization built around customers", "以客户为中心的组织", "以客戶為中心的組織";
        RelationshipEvaluation: "Evaluate relationships regularly", "定期评估客户关系", "定期評估客戶關係";
        AllianceCustomize: "Alliance: customize together", "客户联盟：定制", "客戶聯盟：客製化";
        AllianceGuide: "Alliance: guide the customer", "客户联盟：引导", "客戶聯盟：引導";
        AlliancePartner: "Alliance: become partners", "客户联盟：合伙人", "客戶聯盟：合夥人";
    }
    /// What speaks against ending a relationship.
    guard_rail(GuardRail) {
        Receivables: "receivables outstanding", "未收账款", "應收帳款";
        ContractEnd: "months to the end of the contract", "距合同到期的月数", "距合約到期的月數";
        Season: "high season ahead (seasonal index)", "旺季将至（季节指数）", "旺季將至（季節指數）";
        Referrals: "referrals given", "曾推荐的客户", "曾推薦的客戶";
        Network: "valued customers in the same group", "同一群体中的重要客户", "同一群體中的重要客戶";
        Influence: "influence on media or associations", "媒体或协会影响力", "媒體或協會影響力";
        MarketShare: "revenue that would go with all candidates", "全部候选者的收入占比", "全部候選客戶的營收占比";
        Competition: "a rival would be strengthened", "会壮大竞争对手", "會壯大競爭對手";
        Fairness: "protected attributes among the features", "特征中的受保护属性", "特徵中的受保護屬性";
        FixedCost: "contribution to fixed cost", "对固定成本的贡献", "對固定成本的貢獻";
    }
    /// State of a guard rail.
    light(Light) {
        Green: "clear", "无碍", "無礙";
        Red: "holds", "须暂缓", "須暫緩";
        Unknown: "not known, to be checked first", "未知，须先核实", "未知，須先查證";
    }
    /// What the guard rails together say.
    decision(Decision) {
        Hold: "Candidate for release, on hold", "解除候选，须暂缓", "解除候選，須暫緩";
        Open: "Candidate for release, with open questions", "解除候选，有待核实", "解除候選，尚待查證";
        Clear: "Candidate for release, nothing against it", "解除候选，无碍", "解除候選，無礙";
    }
    /// Steps before a relationship is ended.
    ladder_step(LadderStep) {
        Educate: "Explain what the behavior costs", "说明其行为带来的成本", "說明其行為帶來的成本";
        RaisePrice: "Raise the price or the smallest order", "提高价格或最低订购量", "提高價格或最低訂購量";
        CheaperChannel: "Offer self-service or a cheaper channel", "改用自助或低成本渠道", "改用自助或低成本通路";
        PartnerReferral: "Refer to a partner who fits better", "介绍给更合适的伙伴", "介紹給更合適的夥伴";
        LetLapse: "Let the contract lapse", "合同到期不续", "合約到期不續";
    }
    /// When care is taken.
    care_phase(CarePhase) {
        PreSale: "Before the sale", "售前", "售前";
        InSale: "During the sale", "售中", "售中";
        AfterSale: "After the sale", "售后", "售後";
    }
    /// Care that keeps customers.
    care_step(CareStep) {
        ScreenChannels: "Choose channels whose customers stay", "选择客户留得住的渠道", "選擇客戶留得住的管道";
        DiscoverNeeds: "Learn what the customer needs", "了解客户需求", "了解客戶需求";
        SetExpectations: "Promise what can be kept", "合理设定预期", "合理設定期望";
        PerfectFirstOrder: "Make the first orders perfect", "把首批订单做到完美", "把首批訂單做到完美";
        FitTerms: "Agree on terms by credit grade", "按信用等级约定账期", "依信用等級約定付款條件";
        FairPrice: "Explain the price and keep it fair", "说明价格并保持公平", "說明價格並保持公平";
        FollowUp: "Ask after delivery", "交付后回访", "交貨後回訪";
        RepairComplaints: "Repair complaints at once", "立即处理投诉", "立即處理客訴";
        CallAtAlert: "Call at the alert point, before the customer is lost", "在警戒点、流失之前联系", "在警戒點、流失之前聯絡";
        OfferNext: "Offer the next product when it is due", "适时推荐下一产品", "適時推薦下一項產品";
        WinBack: "Ask who left why, and win back who is worth it", "询问离开原因，挽回值得的客户", "詢問離開原因，挽回值得的客戶";
    }
    /// Transactional and relational customers.
    tier(Tier) {
        T: "Transactional (buys for the price)", "交易型（为价格而买）", "交易型（為價格而買）";
        R3: "Relational, losing value", "关系型，正在失去价值", "關係型，正在失去價值";
        R1: "Relational, top 1% by profit", "关系型，利润最高的 1%", "關係型，利潤最高的 1%";
        R2: "Relational, carries half of sales", "关系型，承载一半销售额", "關係型，承載一半的銷售額";
        R0: "Relational, other", "关系型，其他", "關係型，其他";
    }
    /// What a tier asks for.
    tier_strategy(Tier) {
        T: "Keep the price competitive, spend nothing on the relationship", "保持价格竞争力，不做关系投入", "保持價格競爭力，不投入關係經營";
        R3: "Find out why: a changed need asks for a new product, a price for a cheaper offer", "查明原因：需求变化则给新产品，价格敏感则给更低价方案", "查明原因：需求改變則提供新產品，價格敏感則提供較低價的方案";
        R1: "A relationship for the long term", "建立长期关系", "建立長期關係";
        R2: "A relationship for the long term", "建立长期关系", "建立長期關係";
        R0: "Serve well, watch for growth", "做好服务，关注成长", "做好服務，留意成長";
    }
    /// Items of the credit score.
    credit_item(Item) {
        Collection: "share of amounts due that was paid (collection rate)", "到期款项的回收率", "到期款項的回收率";
        Overdue: "share of amounts due that was late", "到期款项的逾期占比", "到期款項的逾期占比";
        DaysLate: "mean days late", "平均逾期天数", "平均逾期天數";
        Worst: "the latest payment", "最长逾期", "最長逾期";
    }
    /// Features of the trees.
    feature(Feature) {
        Recency: "days since the last order", "距上次下单天数", "距上次下單天數";
        Frequency: "orders in 12 months", "近 12 个月订单数", "近 12 個月訂單數";
        Monetary: "revenue in 12 months", "近 12 个月收入", "近 12 個月營收";
        Profit: "profit in 12 months", "近 12 个月利润", "近 12 個月利潤";
        CostToServeShare: "cost to serve as a share of revenue", "服务成本占收入比例", "服務成本占營收比例";
        ContactsPerOrder: "service contacts per order", "每单服务接触次数", "每筆訂單服務接觸次數";
        ReturnRate: "share of orders returned", "退货率", "退貨率";
        OverdueShare: "share of amounts due that was late", "逾期占比", "逾期占比";
        Tenure: "months since the first order", "关系月数", "往來月數";
        Products: "different products bought", "购买过的产品数", "購買過的產品數";
        DiscountDependence: "share of spend at a discount", "折扣消费占比", "折扣消費占比";
        ShareOfWallet: "share of wallet", "钱包份额", "荷包占有率";
    }
    /// Dimensions of relationship quality.
    dimension(Dimension) {
        Trust: "Trust", "信任", "信任";
        Satisfaction: "Satisfaction", "满意", "滿意";
        Commitment: "Commitment", "承诺", "承諾";
        Communication: "Communication", "沟通", "溝通";
        GoalCongruence: "Goal congruence", "目标一致性", "目標一致性";
        EmotionalBond: "Emotional bond", "情感纽带", "情感連結";
        Investment: "Investment", "投资", "投資";
        Motivation: "Motivation", "动力", "動機";
        Profit: "Profit", "利润", "利潤";
    }
    /// The seven views of a customer.
    seven_p(SevenP) {
        Profiling: "Profiling: which groups?", "画像：属于哪些群体？", "輪廓：屬於哪些群體？";
        Persistency: "Persistency: will the customer stay?", "持续：会留下吗？", "持續：會留下嗎？";
        Profitability: "Profitability: what does the customer bring?", "盈利：带来多少利润？", "獲利：帶來多少利潤？";
        Performance: "Performance: how do purchases develop?", "表现：购买如何变化？", "表現：購買如何變化？";
        Prospecting: "Prospecting: what can be expected?", "前景：可期待什么？", "前景：可期待什麼？";
        Product: "Product: what is bought, and what next?", "产品：买了什么，下一个是什么？", "產品：買了什麼，接下來會買什麼？";
        Promotion: "Promotion: what do offers do?", "促销：优惠有何作用？", "促銷：優惠有何作用？";
    }
    /// The ten areas of customer management.
    ten_c(TenC) {
        Profile: "Customer profile", "客户概貌", "客戶概況";
        Knowledge: "Customer knowledge", "客户知识", "客戶知識";
        Segmentation: "Customer segmentation", "客户细分", "客戶區隔";
        Customization: "Customization", "客户定制", "客製化";
        Value: "Customer value", "客户价值", "客戶價值";
        Satisfaction: "Customer satisfaction", "客户满意", "客戶滿意";
        Development: "Customer development", "客户发展", "客戶發展";
        Retention: "Customer retention", "客户保持", "客戶維繫";
        Acquisition: "Customer acquisition", "客户获取", "客戶獲取";
        Profitability: "Customer profitability", "客户盈利", "客戶獲利性";
    }
    /// Columns and side tables.
    role(DataRole) {
        Customer: "customer", "客户", "客戶";
        Date: "date", "日期", "日期";
        Amount: "amount", "金额", "金額";
        Order: "order number", "订单号", "訂單編號";
        Product: "product", "产品", "產品";
        Category: "category", "品类", "品類";
        Quantity: "quantity", "数量", "數量";
        ListPrice: "list price or discount", "标价或折扣", "定價或折扣";
        Cost: "cost", "成本", "成本";
        Channel: "channel", "渠道", "通路";
        Salesperson: "salesperson", "销售员", "業務員";
        Region: "region", "地区", "地區";
        Promo: "promotion", "促销", "促銷";
        Segment: "segment", "细分", "客群";
        Tenure: "tenure", "合同时长", "往來時間";
        Churned: "whether the contract has ended", "是否解约", "是否解約";
        MonthlyCharge: "monthly charge", "月费", "月費";
        ServiceContacts: "service contacts", "服务接触", "服務接觸";
        ContactCost: "cost of service contacts", "服务接触成本", "服務接觸成本";
        Payments: "invoices and payments", "发票与付款", "帳單與付款";
        Referrals: "referrals", "推荐", "推薦";
        ExitReason: "reason for leaving", "退出原因", "退出原因";
        Survey: "survey answers", "问卷", "問卷";
        Wallet: "total spend in the category (wallet)", "品类总支出（钱包）", "品類總支出（荷包）";
        CreditLimit: "credit limit", "信用额度", "信用額度";
        AcquisitionCost: "cost of acquisition", "获客成本", "獲客成本";
        AcquiredDate: "date of acquisition", "获客日期", "獲客日期";
        Visits: "visits and registrations", "访问与注册", "造訪與註冊";
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_word_is_in_its_language() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for [en, chinese @ ..] in super::all() {
            assert!(!en.is_empty() && !en.chars().any(han), "{en}");
            for zh in chinese {
                assert!(zh.chars().any(han) && !zh.contains(", ") && !zh.ends_with('.'), "{zh}");
            }
        }
    }
}
