//! Texts without numbers, one entry each with every language.

use super::Lang;

/// Declares `pub fn name(lang) -> &'static str` per entry; an entry without every language does not compile.
macro_rules! texts {
    ($($name:ident: $en:literal, $hans:literal, $hant:literal;)*) => {
        $(
            #[doc = concat!("\"", $en, "\"")]
            #[must_use]
            pub const fn $name(lang: Lang) -> &'static str {
                lang.pick($en, $hans, $hant)
            }
        )*

        /// Every text in every language, for tests.
        #[must_use]
        pub fn all() -> Vec<(&'static str, [&'static str; 3])> {
            vec![$((stringify!($name), [$en, $hans, $hant])),*]
        }
    };
}

texts! {
    // Frame
    skip_to_content: "Skip to content", "跳到正文", "跳至主要內容";
    pages: "Pages", "页面", "頁面";
    group_where: "Where are we?", "现状如何？", "現狀如何？";
    group_who: "Who matters?", "谁更重要？", "誰更重要？";
    group_cost: "What does it cost?", "代价多大？", "代價多大？";
    group_data: "Data", "数据", "資料";
    page_start: "Start", "开始", "開始";
    page_columns: "Columns", "列", "欄位";
    page_overview: "Overview", "总览", "總覽";
    page_lifecycle: "Lifecycle", "生命周期", "生命週期";
    page_patterns: "Patterns", "退出模式", "退出模式";
    page_value: "Value", "客户价值", "客戶價值";
    page_loss: "Loss", "流失损失", "流失損失";
    page_customers: "Customers", "客户", "客戶";
    page_quality: "Data quality", "数据质量", "資料品質";
    language: "Language", "语言", "語言";
    theme: "Theme", "主题", "主題";
    theme_auto: "System", "跟随系统", "跟隨系統";
    theme_light: "Light", "浅色", "淺色";
    theme_dark: "Dark", "深色", "深色";
    sample_name: "Built-in sample", "内置示例", "內建範例";
    privacy_more: "Everything is computed in this tab. Your data is not sent anywhere.", "一切计算都在本页面内完成，数据不会发送到任何地方。", "一切計算都在這個分頁內完成，資料不會傳送到任何地方。";

    // Start
    start_title: "See who is leaving, and what it costs.", "看清谁在离开，以及代价多大。", "看清誰在離開，以及代價多大。";
    start_lede: "Drop a file with one row per purchase. Tenure works out the rest in this tab, and the data never leaves it.", "拖入一份“每行一笔交易”的文件，其余由 Tenure 在本页面内算出，数据不会离开本机。", "放入一個「每列一筆交易」的檔案，其餘由 Tenure 在這個分頁內算出，資料不會離開本機。";
    drop_here: "Drop a customer file here", "把客户文件拖到这里", "將客戶檔案拖曳到這裡";
    paste_here: "or paste rows here", "或在此粘贴表格内容", "或在此貼上表格內容";
    pasted: "pasted rows", "粘贴的内容", "貼上的內容";
    drop_formats: "CSV, TSV, text, XLSX, XLS, ODS or JSON, also packed (.zip, .gz); with or without a header; UTF-8, GBK, Big5 and others", "CSV、TSV、文本、XLSX、XLS、ODS 或 JSON，也可为压缩文件（.zip、.gz）；有无表头均可；支持 UTF-8、GBK、Big5 等编码", "CSV、TSV、文字檔、XLSX、XLS、ODS 或 JSON，也可為壓縮檔（.zip、.gz）；有無標題列皆可；支援 UTF-8、GBK、Big5 等編碼";
    choose_file: "Choose a file", "选择文件", "選擇檔案";
    try_sample: "Open the built-in sample", "打开内置示例", "開啟內建範例";
    start_no_file: "No file at hand? The loss calculator works from typed-in numbers.", "手边没有文件？流失损失测算只需输入几个数字。", "手邊沒有檔案？流失損失試算只需輸入幾個數字。";
    open_calculator: "Open the loss calculator", "打开流失损失测算", "開啟流失損失試算";
    start_needs: "What the file needs", "文件需要什么", "檔案需要什麼";
    start_need_customer: "Customer: a number or a name", "客户：编号或名称", "客戶：編號或名稱";
    start_need_date: "Date: almost any form, 2025-12-31 or 2025年12月31日", "日期：常见写法均可，如 2025-12-31 或 2025年12月31日", "日期：常見寫法皆可，如 2025-12-31 或 2025年12月31日";
    start_need_amount: "Amount: what was paid; negative for returns", "金额：实付金额，退货为负", "金額：實付金額，退貨為負";
    start_need_more: "Optional: order number, product, quantity, unit price, cost, channel. One row per contract works too: tenure and a left or stayed flag.", "可选：订单号、产品、数量、单价、成本、渠道。也支持“每行一份合同”：在网时长加是否流失。", "選填：訂單編號、產品、數量、單價、成本、通路。也支援「每列一份合約」：往來時間加上是否流失。";
    start_answers: "What you get", "能得到什么", "您能得到什麼";
    start_answer_1: "Which stage each relationship is in: exploration, build-up, stability or decline", "每段关系处于哪个阶段：考察期、形成期、稳定期还是退化期", "每段關係處於哪個階段：考察期、形成期、穩定期還是退化期";
    start_answer_2: "How relationships ended: early abort, mid-way, early exit or long-term", "关系如何结束：早期流产、中途夭折、提前退出还是长久保持", "關係如何結束：早期流產、中途夭折、提前退出還是長久保持";
    start_answer_3: "Who is worth keeping: current value against growth potential", "谁值得留住：当前价值与增值潜力", "誰值得留住：當前價值與增值潛力";
    start_answer_4: "What a departure costs, and what preventing it may cost", "一次流失损失多少，挽留最多能花多少", "一次流失損失多少，挽留最多能花多少";

    // Running
    working: "Working", "正在计算", "正在計算";
    cancel: "Cancel", "取消", "取消";
    step_read: "Reading the file", "读取文件", "讀取檔案";
    step_parse: "Reading rows", "解析数据行", "解析資料列";
    step_orders: "Collecting each customer's orders", "汇总每位客户的订单", "彙總每位客戶的訂單";
    step_churn: "Finding each customer's own rhythm", "估计每位客户的购买节奏", "估計每位客戶的購買節奏";
    step_rfm: "Scoring recency, frequency and money", "计算 RFM 得分", "計算 RFM 得分";
    step_products: "Finding what is bought together", "挖掘商品关联", "探勘商品關聯";
    step_models: "Fitting the lifetime value model", "拟合客户终身价值模型", "配適客戶終身價值模型";
    step_stages: "Fitting lifecycle stages", "判断生命周期阶段", "判斷生命週期階段";
    step_value: "Building the value matrix", "构建客户价值矩阵", "建立客戶價值矩陣";
    step_groups: "Grouping customers and drawing rules", "客户聚类与规则提取", "客戶分群與規則萃取";
    step_done: "Finishing", "即将完成", "即將完成";

    // Failure
    failed_title: "This file could not be used", "这份文件无法使用", "這個檔案無法使用";
    failed_crash_title: "The calculation stopped", "计算意外中止", "計算意外中止";
    failed_kept: "The result you had is still here.", "之前的结果仍然保留。", "之前的結果仍然保留。";
    back_to_result: "Back to the result", "返回之前的结果", "返回之前的結果";
    try_again: "Try again", "重试", "重試";

    // Columns
    columns_title: "Which column is which?", "每一列分别是什么？", "每一欄分別是什麼？";
    columns_lede: "Tenure has made a proposal from the headers and the values. Change what is wrong, then run.", "Tenure 已根据表头和数据给出建议。请改正有误之处，然后开始计算。", "Tenure 已根據標題列和資料提出建議。請改正有誤之處，然後開始計算。";
    columns_column: "Column", "列", "欄位";
    columns_values: "First values", "前几个值", "前幾個值";
    columns_role: "Used as", "用作", "用作";
    columns_why: "Why", "依据", "依據";
    columns_remembered: "A file with these headers was here before: its columns are used as you chose then.", "曾打开过表头相同的文件：沿用您当时对各列的选择。", "曾開啟過標題列相同的檔案：沿用您當時對各欄的選擇。";
    columns_forget: "Forget all such choices", "清除全部记忆", "清除所有記住的選擇";
    columns_run: "Run with these columns", "按此设置计算", "依此設定計算";
    columns_first_rows: "First rows of the file", "文件的前几行", "檔案的前幾列";
    columns_has_header: "The first row is a header", "第一行是表头", "第一列是標題列";
    written: "How the file is written", "文件的写法", "檔案的寫法";
    written_encoding: "Encoding", "编码", "編碼";
    written_delimiter: "Cells are separated by", "分隔符", "分隔符號";
    written_sheet: "Sheet or file", "工作表或文件", "工作表或檔案";
    written_quote: "Cells are enclosed in", "引号", "引號";
    written_quote_none: "nothing", "无", "無";
    written_skip: "Lines above the table", "表格之前的行数", "表格之前的行數";
    written_as_found: "as found", "自动识别", "自動辨識";
    written_reset: "As found", "恢复自动识别", "恢復自動辨識";
    columns_shape: "One row is", "每一行是", "每一列是";
    shape_transactions: "a purchase or order line", "一笔交易或订单行", "一筆交易或訂單明細";
    shape_contracts: "a customer's contract", "一位客户的合同", "一位客戶的合約";
    shape_roll_ups: "a customer in one period", "一位客户的一个期间", "一位客戶的一個期間";
    shape_customers: "a customer, all purchases summed up", "一位客户（全部购买的汇总）", "一位客戶（全部購買的彙總）";
    columns_date_order: "Day and month", "日与月的次序", "日與月的順序";
    date_order_auto: "as found", "自动识别", "自動辨識";
    date_order_ymd: "year, month, day", "年、月、日", "年、月、日";
    date_order_dmy: "day, month, year", "日、月、年", "日、月、年";
    date_order_mdy: "month, day, year", "月、日、年", "月、日、年";
    role_none: "not used", "不使用", "不使用";
    role_customer: "Customer", "客户", "客戶";
    role_date: "Date", "日期", "日期";
    role_amount: "Amount", "金额", "金額";
    role_order: "Order number", "订单号", "訂單編號";
    role_product: "Product", "产品", "產品";
    role_category: "Category", "品类", "品類";
    role_quantity: "Quantity", "数量", "數量";
    role_unit_price: "Unit price", "单价", "單價";
    role_cost: "Cost", "成本", "成本";
    role_channel: "Channel", "渠道", "通路";
    role_tenure: "Tenure in months", "在网月数", "往來月數";
    role_start: "Start date", "开始日期", "開始日期";
    role_end: "End date", "结束日期", "結束日期";
    role_churned: "Left or stayed", "是否流失", "是否流失";
    role_charge: "Charge per month", "月费", "月費";
    role_total_charge: "Charges so far", "累计费用", "累計費用";
    role_reason: "Reason for leaving", "流失原因", "流失原因";
    role_due: "Due date", "到期日", "到期日";
    role_paid_date: "Paid on", "付款日期", "付款日期";
    role_amount_paid: "Amount paid", "已付金额", "已付金額";
    role_service_cost: "Service cost", "服务成本", "服務成本";
    role_list_price: "List price", "标价", "定價";
    role_promotion: "Promotion", "促销活动", "促銷活動";
    role_margin: "Profit (amount less cost)", "毛利", "毛利";
    role_segment: "Segment or region", "分群或区域", "客群或地區";
    role_wallet: "Spend per year with all suppliers", "年采购总额（全部供应商）", "每年採購總額（所有供應商）";
    role_period: "Period", "期间", "期間";
    role_order_count: "Number of orders", "订单数", "訂單數";
    role_last_date: "Last purchase", "最近购买日期", "最近購買日期";
    role_first_date: "First purchase or acquired", "首购或获客日期", "首次購買或獲客日期";
    role_contact_kind: "Kind of contact", "接触类型", "接觸類型";
    role_minutes: "Minutes", "时长（分钟）", "時間（分鐘）";
    role_resolved: "Resolved", "是否解决", "是否解決";
    role_referrer: "Referred by", "推荐人", "推薦人";
    role_referred: "Referred customer", "被推荐人", "被推薦人";
    role_item: "Survey item", "问卷题目", "問卷題目";
    role_score: "Score", "得分", "得分";
    role_acquisition_cost: "Acquisition cost", "获客成本", "獲客成本";

    // Shared on result pages
    what_to_do: "What to do", "行动建议", "行動建議";
    what_first: "What to do first", "优先行动", "優先行動";
    how_computed: "How this was computed", "计算方法", "計算方法";
    show_numbers: "Show the numbers behind this chart", "查看图表数据", "檢視圖表背後的數字";
    customers: "Customers", "客户数", "客戶數";
    revenue: "Revenue", "收入", "營收";
    orders: "Orders", "订单数", "訂單數";
    share: "Share", "占比", "占比";
    total: "Total", "合计", "合計";
    month: "Month", "月份", "月份";
    at_risk: "at risk", "面临风险", "面臨風險";
    potential: "potential", "增值潜力", "增值潛力";
    lifetime_value: "lifetime value", "终身价值", "終身價值";
    see_customers: "See these customers", "查看这些客户", "檢視這些客戶";
    not_computable: "Not computable from this file", "此文件无法计算", "此檔案無法計算";
    certainty_exact: "Certainty: exact arithmetic.", "可靠程度：精确计算。", "可靠程度：精確計算。";
    certainty_estimated: "Certainty: estimated, with an interval.", "可靠程度：统计估计，附区间。", "可靠程度：統計估計，附區間。";
    certainty_classified: "Certainty: classification by a model, with its confidence.", "可靠程度：模型分类，附置信度。", "可靠程度：模型分類，附信心度。";
    certainty_judgement: "Certainty: rests on judgement weights you can change.", "可靠程度：依赖可调整的主观参数。", "可靠程度：取決於可調整的主觀參數。";

    // Overview
    kpi_churn: "Churn", "流失率", "流失率";
    kpi_equity: "Customer equity", "客户资产", "客戶資產";
    kpi_risk: "Value at risk", "风险价值", "面臨風險的價值";
    chart_mix: "Stages of the relationships, month by month", "各月客户关系的阶段构成", "各月客戶關係的階段構成";
    chart_mix_sub: "Share of the customers in a relationship that month, by stage probability", "当月处于关系中的客户占比，按阶段概率加总", "當月處於關係中的客戶占比，依階段機率加總";
    stages_today: "Stages today", "当前阶段", "目前階段";
    quality_title: "What was read", "读取情况", "讀取情況";
    quality_rows_read: "Rows read", "读取行数", "讀取列數";
    quality_rows_used: "Rows used", "使用行数", "使用列數";
    quality_rows_aside: "Set aside", "搁置行数", "擱置列數";
    quality_returns: "Returns", "退货行", "退貨列";
    quality_duplicates: "Exact duplicates (kept)", "完全重复行（保留）", "完全重複的列（保留）";
    quality_zero: "Zero amounts", "零金额行", "金額為零的列";
    quality_encoding: "Encoding", "编码", "編碼";
    quality_other_tables: "Other tables, not read (lines)", "未读取的其他表格（行号）", "未讀取的其他表格（行號）";
    quality_delimiter: "Columns separated by", "分隔符", "分隔符號";
    quality_line: "Line", "行号", "行號";
    quality_column: "Column", "列", "欄位";
    quality_value: "Value", "值", "值";
    quality_reason: "Reason", "原因", "原因";
    delimiter_comma: "comma", "逗号", "逗號";
    delimiter_tab: "tab", "制表符", "定位字元（Tab）";
    delimiter_semicolon: "semicolon", "分号", "分號";
    delimiter_pipe: "pipe", "竖线", "垂直線";
    delimiter_space: "spaces", "空格", "空格";
    how_overview: "Revenue is the exact sum of all amounts, returns included. A customer has left when the silence since the last order is longer than 95% of the gaps expected from that customer's own rhythm (individual inactivity threshold, shrunk towards the pool). Churn rate: customers active at the start of the window that had left at its end, over all active at its start; Wilson 95% interval (1927). Customer equity: sum of the present values of future profit of all active customers.", "收入为全部金额之和（含退货）。若距上次下单的沉默时间超过该客户自身节奏预期间隔的 95%，则判定为已流失（个体沉默阈值，向总体收缩）。流失率＝窗口期初活跃、期末已流失的客户数÷期初活跃客户数，附 Wilson 95% 区间（1927）。客户资产＝全部活跃客户未来利润现值之和。", "營收為全部金額之和（含退貨）。若距上次下單的沉默時間超過該客戶自身節奏預期間隔的 95%，則判定為已流失（個別沉默門檻，向整體收縮）。流失率＝期初活躍、期末已流失的客戶數÷期初活躍客戶數，附 Wilson 95% 區間（1927）。客戶資產＝全部活躍客戶未來利潤現值之和。";

    // Lifecycle
    chart_life: "A typical relationship in this file", "本文件中的典型关系", "本檔案中的典型關係";
    chart_life_sub: "Mean value per month by month of relationship; bands show the fitted stages", "按关系月龄计算的平均月交易额；底色为拟合阶段", "依關係月齡計算的平均月交易額；底色為配適的階段";
    chart_life_aligned: "Mean value per month, each relationship brought to the usual length of each stage", "平均月交易额；各段关系按各阶段的常见时长对齐", "平均月交易額；各段關係依各階段的常見長度對齊";
    life_axis: "month of the relationship", "关系月龄（月）", "關係月齡（月）";
    stage: "Stage", "阶段", "階段";
    stage_exploration: "Exploration", "考察期", "考察期";
    stage_build_up: "Build-up", "形成期", "形成期";
    stage_stability: "Stability", "稳定期", "穩定期";
    stage_decline: "Decline", "退化期", "退化期";
    stage_exited: "Exited", "已退出", "已退出";
    monthly_value: "Value a month", "月均交易额", "每月平均交易額";
    confidence: "Confidence", "置信度", "信心度";
    alerted: "Past alert point", "超过警戒点", "超過警戒點";
    current_value: "Current value", "当前价值", "當前價值";
    stages_by_tenure: "Stages of contracts are read off the tenure: the risk of leaving falls in steps, and each step is a stage. One row per customer shows no course over time.", "合同客户的阶段由在网时长判定：流失风险随时长分段下降，每一段对应一个阶段。每位客户一行的数据看不到随时间的变化。", "合約客戶的階段由往來時間判定：流失風險隨時間分段下降，每一段對應一個階段。每位客戶一列的資料看不到隨時間的變化。";
    table_stage_title: "What each stage looks like here", "各阶段的实际表现", "各階段的實際表現";
    table_stage_sub: "Means over customer-months, weighted by the probability of the stage; a fixed sample of at most 400 customers", "按阶段概率加权的客户月均值；固定抽取至多 400 位客户", "依階段機率加權的客戶月平均值；固定抽取至多 400 位客戶";
    customer_months: "Customer-months", "客户月数", "客戶月數";
    orders_per_month: "Orders a month", "月均订单数", "每月平均訂單數";
    order_value: "Value per order", "单均金额", "平均訂單金額";
    stage_guide: "The four stages", "四个阶段", "四個階段";
    guide_exploration: "Trial purchases in small quantity; both sides test the fit. Lower the uncertainty, show value, make the first orders perfect.", "小批量尝试性购买，双方相互考察。应降低不确定性、展示价值，把首批订单做到完美。", "小量嘗試性購買，雙方彼此考察。應降低不確定性、展示價值，把首批訂單做到完美。";
    guide_build_up: "Trust and dependence grow, volume rises fast. Deepen, personalize, widen the range.", "信任与依赖增长，交易量快速上升。应深化关系、个性化服务、拓宽品类。", "信任與依賴增加，交易量快速上升。應深化關係、提供個人化服務、擴大品類。";
    guide_stability: "Large, steady volume and high mutual investment. Stay better than the best alternative, share gains fairly, invite referrals.", "交易量大而稳定，双方投入高。应保持优于最佳替代者的价值、公平分享收益、邀请推荐。", "交易量大而穩定，雙方投入高。應保持優於最佳替代者的價值、公平分享收益、邀請推薦。";
    guide_decline: "Volume falls, a side looks for alternatives. Find the cause and repair while switching costs still hold, or let go with care.", "交易量回落，一方在寻找替代者。应查明原因，趁转移成本仍在时修复，或妥善放手。", "交易量回落，一方在尋找替代者。應查明原因，趁轉換成本仍在時修復，或妥善放手。";
    how_lifecycle: "Monthly values of each customer are fitted by every admissible sequence of stages (exploration, build-up, stability, decline; none skipped upward) as a continuous piecewise-linear curve on a square-root scale; each candidate is weighted by fit, number of levels, stage durations and the levels usual in this file. The stage shown is the most likely one now, with its probability. Theory: Dwyer, Schurr & Oh 1987; Chen Mingliang c. 2002. A change of stage is recognized one to two months late; for customers with fewer than three orders a month the stage is indicative only, and the alert point is the better guide.", "对每位客户的月交易额，以所有可行的阶段序列（考察、形成、稳定、退化，向上不可跳跃）在平方根尺度上拟合连续分段线性曲线，并按拟合优度、水平数、阶段时长及本文件常见水平加权。所示阶段为当前概率最高者，并给出概率。理论来源：Dwyer、Schurr 与 Oh（1987）；陈明亮（约 2002）。阶段变化会迟一到两个月才被识别；月均订单不足三笔的客户，阶段仅供参考，应以警戒点为准。", "對每位客戶的月交易額，以所有可行的階段序列（考察、形成、穩定、退化，向上不可跳躍）在平方根尺度上配適連續分段線性曲線，並依配適度、水準數、階段長度及本檔案常見的水準加權。所示階段為目前機率最高者，並附上機率。理論來源：Dwyer、Schurr 與 Oh（1987）；陳明亮（約 2002）。階段變化會遲一到兩個月才辨識得出；每月平均不足三筆訂單的客戶，階段僅供參考，應以警戒點為準。";

    // Patterns
    pattern: "Pattern", "模式", "模式";
    pattern_early_abort: "Early abort", "早期流产型", "早期流產型";
    pattern_mid_way: "Mid-way", "中途夭折型", "中途夭折型";
    pattern_early_exit: "Early exit", "提前退出型", "提前退出型";
    pattern_long_term: "Long-term", "长久保持型", "長久保持型";
    pattern_active: "Active", "活跃", "活躍";
    abort_once: "Early abort, one order", "早期流产型，仅一单", "早期流產型，僅一筆訂單";
    abort_more: "Early abort, several orders", "早期流产型，多单", "早期流產型，多筆訂單";
    curves_left_out: "Too few customers to draw:", "客户过少，未绘制：", "客戶過少，未繪製：";
    chart_patterns: "How ended relationships ended", "已结束关系的退出模式", "已結束關係的退出模式";
    chart_patterns_sub: "Customers by the stage from which they left", "按离开时所处阶段统计的客户数", "依離開時所處階段統計的客戶數";
    chart_curves: "Typical course of each pattern", "各模式的典型走势", "各模式的典型走勢";
    chart_curves_sub: "Mean value per month by month of relationship", "按关系月龄计算的平均月交易额", "依關係月齡計算的平均月交易額";
    chart_survival: "How long relationships last", "关系能持续多久", "關係能持續多久";
    chart_survival_sub: "Share still customers by time since the first order; an end counts when the silence passes the exit threshold", "自首单起仍为客户的比例；沉默超过退出阈值之日计为结束", "自首筆訂單起仍為客戶的比例；沉默超過退出門檻之日計為結束";
    share_of_ended: "Share of ended", "占已结束比例", "占已結束比例";
    interval95: "95% interval", "95% 区间", "95% 區間";
    median_tenure: "Median length", "中位时长", "中位數長度";
    one_time: "One order only", "仅一单", "僅一筆訂單";
    causes: "Likely causes", "可能原因", "可能原因";
    remedies: "Countermeasures", "对策", "對策";
    cause_early_abort: "The first purchases fell short of expectations; no trust and no switching cost yet. Or the firm saw little value in the customer.", "前几次购买价值低于预期，尚无基本信任与转移成本；或企业认为该客户价值不大。", "前幾次購買的價值低於預期，尚無基本信任與轉換成本；或企業認為該客戶價值不大。";
    remedy_early_abort: "Onboarding, flawless first orders, honest expectations, fast complaint repair; screen acquisition channels.", "做好新客引导与首单质量，合理设定预期，快速处理投诉；筛选获客渠道。", "做好新客引導與首筆訂單品質，合理設定期望，迅速處理客訴；篩選獲客管道。";
    cause_mid_way: "Rising expectations were not met: needs not understood, no personal added value; or a better alternative was found.", "未能满足不断提高的价值预期：不了解需求、缺少个性化增值；或客户找到了更好的替代者。", "未能滿足不斷提高的價值預期：不了解需求、缺少個人化增值；或客戶找到了更好的替代者。";
    remedy_mid_way: "Discover needs, personalize, give key accounts a contact person.", "挖掘需求、提供个性化方案，为重点客户配备专人。", "發掘需求、提供個人化方案，為重點客戶指派專人。";
    cause_early_exit: "Too little continuing innovation in value, or the customer sees the gains as unfairly shared.", "持续的价值创新不足，或客户认为收益分配不公。", "持續的價值創新不足，或客戶認為收益分配不公。";
    remedy_early_exit: "Innovate, review fairness and prices, agree on win-win terms.", "持续创新，审视公平与价格，达成双赢条款。", "持續創新，審視公平與價格，達成雙贏條件。";
    cause_long_term: "Superior value over the best alternative, fairness, economic and psychological switching costs.", "价值优于最佳替代者、公平、经济与心理转移成本高。", "價值優於最佳替代者、公平、經濟與心理轉換成本高。";
    remedy_long_term: "Protect, invite referrals, repair early: switching costs give time to recover.", "重点保护、邀请推荐、及早修复：转移成本为挽回留出时间。", "重點保護、邀請推薦、及早修復：轉換成本為挽回留出時間。";
    forecast_title: "Where the active relationships are heading", "活跃关系将走向何处", "活躍關係將走向何處";
    forecast_sub: "Expected final pattern of the active customers, from stage probabilities and the file's own transition rates", "依据阶段概率与本文件的转移率推算的活跃客户最终模式", "依據階段機率與本檔案的轉移率推算的活躍客戶最終模式";
    expected_customers: "Expected customers", "预期客户数", "預期客戶數";
    how_patterns: "A pattern is named by the stage from which a relationship ended: exploration (I), build-up (II), stability for less than the set number of months (III) or longer (IV). For exited customers the probabilities of all stage sequences are added up by the highest stage reached; one-time buyers that left are early aborts. Customers whose start lies before the file are shown apart. Survival: Kaplan & Meier 1958, Greenwood 1926, log-log band; the end of a relationship is the day its silence passed the exit threshold.", "模式按关系结束时所处的阶段命名：考察期（I）、形成期（II）、稳定期不足设定月数（III）或更久（IV）。对已退出客户，按达到的最高阶段汇总所有阶段序列的概率；只买一次即离开的归入早期流产型。起点早于文件的客户单列。生存曲线：Kaplan 与 Meier（1958）、Greenwood（1926），双对数置信带；关系终点为沉默超过退出阈值之日。", "模式依關係結束時所處的階段命名：考察期（I）、形成期（II）、穩定期不足設定月數（III）或更久（IV）。對已退出的客戶，依達到的最高階段彙總所有階段序列的機率；只買一次即離開者歸入早期流產型。起點早於檔案的客戶另列。存活曲線：Kaplan 與 Meier（1958）、Greenwood（1926），雙對數信賴帶；關係終點為沉默超過退出門檻之日。";

    // Value
    chart_matrix_sub: "One dot, one customer; thresholds at the dashed lines", "每点为一位客户；虚线为阈值", "每點為一位客戶；虛線為門檻";
    axis_current: "Current value", "当前价值", "當前價值";
    axis_growth: "Growth potential", "增值潜力", "增值潛力";
    class: "Class", "类别", "類別";
    resources: "Resources", "资源配置", "資源配置";
    strategy_release: "Release with care", "妥善解除关系", "妥善解除關係";
    strategy_reengineer: "Rebuild the relationship", "关系再造", "關係再造";
    strategy_keep: "Keep at a high level", "高水平保持", "高水準維繫";
    strategy_spare: "Spare no effort", "不遗余力保持与发展", "不遺餘力維繫與發展";
    resource_none: "none", "不投入", "不投入";
    resource_moderate: "moderate", "适当投入", "適當投入";
    resource_focus: "focus", "重点投入", "重點投入";
    resource_top: "top priority", "重中之重", "重中之重";
    growth_potential: "Growth potential", "增值潜力", "增值潛力";
    of_which_active: "Active", "其中活跃", "其中活躍";
    chart_rfm: "Recency and frequency", "近度与频度", "近期性與頻率";
    chart_rfm_sub: "Customers by score: 5 is most recent, most frequent", "按得分统计的客户数：5 分为最近、最频繁", "依得分統計的客戶數：5 分為最近、最頻繁";
    rfm_recency: "Days since last order (RFM recency), score", "距上次下单天数（近度）得分", "距上次下單天數（近期性）得分";
    rfm_frequency: "Orders (frequency), score", "订单数（频度）得分", "訂單數（頻率）得分";
    rfm_groups: "The eight RFM groups", "RFM 八类客户", "RFM 八類客戶";
    rfm_group: "Group", "类别", "類別";
    rfm_111: "Important value", "重要价值客户", "重要價值客戶";
    rfm_101: "Important to develop", "重要发展客户", "重要發展客戶";
    rfm_011: "Important to keep", "重要保持客户", "重要保持客戶";
    rfm_001: "Important to win back", "重要挽留客户", "重要挽留客戶";
    rfm_110: "General value", "一般价值客户", "一般價值客戶";
    rfm_100: "General to develop", "一般发展客户", "一般發展客戶";
    rfm_010: "General to keep", "一般保持客户", "一般保持客戶";
    rfm_000: "General to win back", "一般挽留客户", "一般挽留客戶";
    growth_parts_title: "Where growth potential comes from", "增值潜力的来源", "增值潛力的來源";
    part_up: "Up-buying (share of wallet)", "增量购买（钱包份额）", "增量購買（荷包占有率）";
    part_cross: "Cross-buying", "交叉购买", "交叉購買";
    part_referral: "Referral", "推荐", "推薦";
    how_value: "Current value: present value of a customer's future profit if present behavior goes on, over the stated horizon; exited customers have none. Expected purchases come from the MBG/NBD model (Batislam, Denizel & Filiztekin 2007), amounts from Gamma-Gamma (Fader & Hardie 2013). Growth potential: present value of extra profit from up-buying (part of the gap to the 90th percentile of monthly spend) and referral. Thresholds: means of the active customers after winsorizing at 1% and 99%; a value at the threshold is high. RFM scores by mid-rank, ties share a score; eight groups by score above the mean.", "当前价值：若现有行为延续，客户在设定期限内未来利润的现值；已退出客户为零。预期购买次数来自 MBG/NBD 模型（Batislam、Denizel 与 Filiztekin，2007），金额来自 Gamma-Gamma 模型（Fader 与 Hardie，2013）。增值潜力：增量购买（与月消费 90 分位差距的一部分）与推荐带来的额外利润现值。阈值为活跃客户经 1%/99% 缩尾后的均值，达到即为高。RFM 按中位秩计分，相同值得分相同；八类按得分是否高于均值划分。", "當前價值：若現有行為延續，客戶在設定期限內未來利潤的現值；已退出的客戶為零。預期購買次數來自 MBG/NBD 模型（Batislam、Denizel 與 Filiztekin，2007），金額來自 Gamma-Gamma 模型（Fader 與 Hardie，2013）。增值潛力：增量購買（與月消費第 90 百分位數差距的一部分）與推薦帶來的額外利潤現值。門檻為活躍客戶經 1%/99% 縮尾後的平均值，達到即為高。RFM 依中位排名計分，相同值得分相同；八類依得分是否高於平均值劃分。";

    // Loss
    loss_inputs: "Assumptions", "假设", "假設";
    in_customers: "Customers", "客户数", "客戶數";
    in_churn: "Lost in a year", "年流失率", "年流失率";
    in_revenue: "Revenue per customer and year", "单客年收入", "每位客戶年營收";
    in_margin: "Profit margin", "利润率", "利潤率";
    in_save: "Save rate", "挽留成功率", "挽留成功率";
    in_retention: "Retention of the saved, a year", "挽回后年保持率", "挽回後每年留存率";
    in_discount: "Discount rate, a year", "年折现率", "年折現率";
    in_horizon: "Years counted", "计算年数", "計算年數";
    in_cost: "Cost of the programme", "挽留方案成本", "挽留方案成本";
    in_cost_year: "Its running cost, a year", "方案年运行成本", "方案每年執行成本";
    in_cac: "Cost of winning a new customer", "获客成本", "獲客成本";
    in_ratio: "How many times dearer than keeping one", "为保持成本的倍数", "為留客成本的倍數";
    prefilled: "Prefilled from the file; change anything.", "已按文件预填，可任意修改。", "已依檔案預先填入，可任意修改。";
    typed: "Typed-in numbers; no file needed.", "手工输入，无需文件。", "手動輸入，不需要檔案。";
    reset: "Reset", "重置", "重設";
    loss_customers: "Customers lost", "流失客户", "流失客戶";
    loss_revenue: "Revenue lost", "损失收入", "損失營收";
    loss_profit: "Profit lost", "损失利润", "損失利潤";
    loss_lifetime: "Lifetime value lost", "损失终身价值", "損失終身價值";
    loss_lifetime_each: "Lifetime value of one customer", "单客终身价值", "每位客戶終身價值";
    loss_budget: "What keeping them may cost", "挽留最多能花多少", "挽留最多能花多少";
    loss_break_even: "Break-even budget, one year", "一年盈亏平衡预算", "一年損益兩平預算";
    loss_break_even_save: "Break-even save rate at this cost", "该成本下的盈亏平衡挽留率", "此成本下的損益兩平挽留率";
    loss_programme: "A retention programme", "挽留方案", "挽留方案";
    loss_npv: "Net present value", "净现值", "淨現值";
    loss_roi: "Return in the first year", "首年回报率", "第一年報酬率";
    loss_roi_all: "Return over all years", "全期回报率", "全期報酬率";
    loss_acquire: "Replace or keep?", "获客还是留客？", "獲客還是留客？";
    loss_replace: "Replacing those who leave", "替补流失客户", "遞補流失客戶";
    loss_keep: "Keeping them instead", "改为留住他们", "改為留住他們";
    loss_keep_note: "The ratio is folklore (“five times dearer”), not a finding: change it to your own figures.", "“五倍”只是流传的说法，并非研究结论，请改用自己的数字。", "「五倍」只是流傳的說法，並非研究結論，請改用自己的數字。";
    chart_tornado: "What the loss depends on", "损失取决于什么", "損失取決於什麼";
    chart_tornado_sub: "Yearly profit lost when one input moves by 20% either way", "单个假设上下变动 20% 时的年利润损失", "單一假設上下變動 20% 時的年利潤損失";
    loss_grid: "What saving customers brings", "挽留能带来多少", "挽留能帶來多少";
    loss_grid_sub: "Profit kept in the first year less the cost of the programme, by share lost (rows) and save rate (columns)", "首年保住的利润减去方案成本：行为流失率，列为挽留成功率", "第一年保住的利潤減去方案成本：列為流失率，欄為挽留成功率";
    chart_npv: "What the programme depends on", "挽留方案取决于什么", "挽留方案取決於什麼";
    chart_npv_sub: "Net present value when one input moves by 20% either way", "单个假设上下变动 20% 时的净现值", "單一假設上下變動 20% 時的淨現值";
    in_profit: "Profit per customer", "单客利润", "每位客戶利潤";
    loss_by_pattern: "Who the lost were", "流失的是谁", "流失的是誰";
    loss_by_pattern_sub: "Exited customers by pattern, and what they brought in their last 12 months", "已退出客户按模式统计，以及其最后 12 个月的贡献", "已退出的客戶依模式統計，以及其最後 12 個月的貢獻";
    yearly_revenue: "Revenue, last 12 months", "最后 12 个月收入", "最後 12 個月營收";
    yearly_profit: "Profit, last 12 months", "最后 12 个月利润", "最後 12 個月利潤";
    how_loss: "Lost customers = customers x churn; revenue = lost x revenue per customer; profit = revenue x margin. Lifetime value of one customer = margin x retention / (1 + discount - retention), first profit one year from now (Gupta & Lehmann 2003). Programme: yearly benefit = lost x save rate x profit per customer, carried on by retention and discounted. Replacing costs lost x acquisition cost; keeping costs that divided by the ratio and by the save rate. Literature: Reichheld & Sasser 1990 report much larger effects of retention on profit; compare with your own figures before quoting them.", "流失客户＝客户数×流失率；收入损失＝流失客户×单客收入；利润损失＝收入损失×利润率。单客终身价值＝年利润×保持率÷（1＋折现率−保持率），首笔利润在一年后（Gupta 与 Lehmann，2003）。方案：年收益＝流失客户×挽留率×单客利润，按保持率递延并折现。替补成本＝流失客户×获客成本；留客成本＝替补成本÷倍数÷挽留率。文献：Reichheld 与 Sasser（1990）报告的保持率效应更大，引用前请与自己的数据比较。", "流失客戶＝客戶數×流失率；營收損失＝流失客戶×每位客戶營收；利潤損失＝營收損失×利潤率。每位客戶終身價值＝年利潤×留存率÷（1＋折現率−留存率），首筆利潤在一年後（Gupta 與 Lehmann，2003）。方案：年收益＝流失客戶×挽留率×每位客戶利潤，依留存率遞延並折現。遞補成本＝流失客戶×獲客成本；留客成本＝遞補成本÷倍數÷挽留率。文獻：Reichheld 與 Sasser（1990）報告的留存率效應更大，引用前請與自己的資料比較。";
    per_year: "a year", "每年", "每年";

    // Customers
    search_customers: "Find a customer", "查找客户", "尋找客戶";
    filter_all: "All", "全部", "全部";
    only_alerted: "Past the alert point", "超过警戒点", "超過警戒點";
    col_id: "Customer", "客户", "客戶";
    col_recency: "Days since last order", "距上次下单天数", "距上次下單天數";
    col_tenure: "Tenure, months", "关系月数", "往來月數";
    col_p_alive: "P(alive)", "存续概率", "存續機率";
    col_warning: "Warning", "预警", "預警";
    warning_calm: "calm", "正常", "正常";
    warning_alert: "alert", "警戒", "警戒";
    warning_left: "left", "已流失", "已流失";
    no_rows: "No customer matches.", "没有符合条件的客户。", "沒有符合條件的客戶。";
    load_more: "Show more", "显示更多", "顯示更多";
    clear_filters: "Clear filters", "清除筛选", "清除篩選";
    how_customers: "One row per customer, sorted by any column. Warning: silence since the last order against the customer's own alert and exit thresholds. P(alive): probability of still being a customer by the fitted model, a different thing from the rule. Confidence of a stage is its probability.", "每位客户一行，可按任一列排序。预警：距上次下单的沉默时间与该客户自身的警戒、退出阈值之比。存续概率：模型估计仍为客户的概率，与规则判定不同。阶段置信度即其概率。", "每位客戶一列，可依任一欄排序。預警：距上次下單的沉默時間，與該客戶自身的警戒、退出門檻相比。存續機率：模型估計仍為客戶的機率，與規則判定不同。階段信心度即其機率。";
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_in_its_language() {
        for (name, [en, chinese @ ..]) in super::all() {
            // The English text on dates shows a Chinese one.
            assert!(name == "start_need_date" || !en.chars().any(is_han), "{name}: {en}");
            assert!(!en.trim().is_empty(), "{name}");
            for zh in chinese {
                assert!(zh.chars().any(is_han), "{name}: {zh}");
                assert!(!zh.contains(", ") && !zh.ends_with('.'), "{name}: {zh}");
            }
        }
    }

    fn is_han(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
    }
}
