//! Words and sentences of the data quality page.
//!
//! A sentence is one entry with all its languages side by side. `{name}` stands for an argument; tests hold that every
//! language uses every argument.

mod choices;
mod facts;

pub use choices::{ChoiceRow, choice_name, choices};
pub use facts::{Cell, Fact, facts};

use super::{Lang, say};
use crate::ingest::checks::{Grain, WhyNamed, WhyOdd};
use crate::ingest::side::{SideKind, Why};
use crate::ingest::{DateOrder, DecimalMark, IssueKind, Note, UnusedBecause};
use crate::protocol::Problem;
use crate::report::Report;

/// Puts arguments into a template; a name without an argument stays as it is.
fn fill(template: &str, arguments: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, open) = rest.split_at(start);
        out.push_str(before);
        let found = open.find('}').and_then(|end| {
            let value = arguments.iter().find(|(name, _)| *name == &open[1..end])?.1;
            Some((value, end + 1))
        });
        let (value, used) = found.unwrap_or(("{", 1));
        out.push_str(value);
        rest = &open[used..];
    }
    out.push_str(rest);
    out
}

/// A text without arguments, in English and in both Chinese scripts.
#[cfg(test)]
type Entry = (&'static str, [&'static str; 3], &'static [&'static str]);

macro_rules! sentences {
    ($($name:ident($($arg:ident),*): $en:literal, $hans:literal, $hant:literal;)*) => {
        $(
            #[doc = concat!("\"", $en, "\"")]
            #[must_use]
            pub fn $name(lang: Lang, $($arg: &str),*) -> String {
                fill(lang.pick($en, $hans, $hant), &[$((stringify!($arg), $arg)),*])
            }
        )*

        #[cfg(test)]
        fn all() -> Vec<Entry> {
            vec![$((stringify!($name), [$en, $hans, $hant], &[$(stringify!($arg)),*])),*]
        }
    };
}

sentences! {
    // Answer
    answer_all(rows): "All *{rows}* rows of the file were used.", "文件中的 *{rows}* 行数据全部可用。", "檔案中的 *{rows}* 列資料全部可用。";
    answer_some(used, read, share, aside): "*{used} of {read}* rows were used ({share}); *{aside}* set aside.", "读取的 {read} 行中，*{used}* 行可用（{share}），*{aside}* 行被搁置。", "讀取的 {read} 列中，*{used}* 列可用（{share}），*{aside}* 列被擱置。";
    lede_reasons(reasons): "Set aside: {reasons}.", "搁置原因：{reasons}。", "擱置原因：{reasons}。";
    lede_clear(): "Nothing about the rows that were used looks unusual.", "已使用的数据行未见异常。", "已使用的資料列未見異常。";
    lede_findings(n): "{n} of the facts below deserve a look before the results are shown to others.", "下面有 {n} 项事实，请在展示结果之前看一看。", "下面有 {n} 項事實，請在展示結果之前看一看。";
    lede_finding(): "One of the facts below deserves a look before the results are shown to others.", "下面有一项事实，请在展示结果之前看一看。", "下面有一項事實，請在展示結果之前看一看。";
    reason_rows(rows, reason): "{reason} ({rows})", "{reason} {rows} 行", "{reason} {rows} 列";

    // Reconciliation
    rows_title(): "Every row is accounted for", "每一行都有着落", "每一列都有著落";
    rows_sub(read, used, aside): "{read} read = {used} used + {aside} set aside", "读取 {read} = 使用 {used} + 搁置 {aside}", "讀取 {read} = 使用 {used} + 擱置 {aside}";
    col_rows(): "Rows", "行数", "列數";
    col_share(): "Share", "占比", "占比";
    col_what(): "What became of them", "去向", "去向";
    used(): "Used", "已使用", "已使用";
    read(): "Read", "读取", "讀取";
    show_these(reason): "Show rows: {reason}", "查看这些行：{reason}", "檢視這些列：{reason}";

    // How the file was understood
    file_title(): "How the file was understood", "文件是如何读懂的", "檔案是如何讀懂的";
    file_encoding(): "Encoding", "编码", "編碼";
    file_delimiter(): "Columns separated by", "列分隔符", "欄分隔符號";
    file_header(): "Names of the columns", "列名", "欄名";
    header_yes(): "in the first line of the table", "取自表格首行", "取自表格首列";
    header_no(): "none in the file", "文件中没有", "檔案中沒有";
    file_date_order(): "Order of day and month", "日期中日与月的顺序", "日期中日與月的順序";
    order_clear(): "clear from each date", "每个日期都写得明确", "每個日期都寫得明確";
    order_dmy(): "day, month, year", "日、月、年", "日、月、年";
    order_mdy(): "month, day, year", "月、日、年", "月、日、年";
    order_ymd(): "year, month, day", "年、月、日", "年、月、日";
    file_decimal_mark(): "Decimal mark", "小数点", "小數點";
    mark_clear(): "clear from each number", "每个数字都写得明确", "每個數字都寫得明確";
    mark_point(): "point, decided over the whole column", "点号，由整列数据判定", "點號，由整欄資料判定";
    mark_comma(): "comma, decided over the whole column", "逗号，由整列数据判定", "逗號，由整欄資料判定";
    file_span(): "Days covered", "覆盖日期", "涵蓋日期";
    span(from, to): "{from} to {to}", "{from} 至 {to}", "{from} 至 {to}";
    file_columns(): "Columns in use", "使用的列", "使用的欄";
    columns_unused(n): "and {n} without a role", "另有 {n} 列未指定用途", "另有 {n} 欄未指定用途";
    column_no(n): "column {n}", "第 {n} 列", "第 {n} 欄";
    change_columns(): "Look at the columns or change them", "查看或修改各列的用途", "檢視或修改各欄的用途";

    // Notes
    note_undecodable(): "Some bytes are no letters of this encoding and are shown as �. If names look broken, choose another encoding.", "部分字节不属于该编码，显示为 �。如果名称显示异常，请改用其他编码。", "部分位元組不屬於該編碼，顯示為 �。如果名稱顯示異常，請改用其他編碼。";
    note_before(lines): "Lines above the table that are no part of it: {lines}.", "表格上方有 {lines} 行不属于表格。", "表格上方有 {lines} 行不屬於表格。";
    note_tables(lines): "Other tables in the file begin on these lines and are not read: {lines}.", "文件中另有表格未读取，起始行号：{lines}。", "檔案中另有表格未讀取，起始行號：{lines}。";
    note_blank_totals(rows, zero): "Contracts without a total charge, taken as 0: {rows}; of these, {zero} have just begun.", "{rows} 份合同没有累计费用，按 0 处理，其中 {zero} 份刚开始。", "{rows} 份合約沒有累計費用，以 0 計，其中 {zero} 份剛開始。";
    note_blank_numbers(role, rows): "Rows in which “{role}” is empty, taken as 0: {rows}.", "“{role}”为空、按 0 处理的行：{rows}。", "「{role}」為空、以 0 計的列：{rows}。";
    note_made_negative(rows): "Returns written with a positive amount, made negative so that totals are net: {rows}.", "{rows} 行退货的金额写成了正数，已改为负数，合计为净额。", "{rows} 列退貨的金額寫成了正數，已改為負數，合計為淨額。";
    note_short(rows): "Rows with fewer cells than columns; the missing cells are taken as empty: {rows}.", "{rows} 行的单元格少于列数，缺少的按空值处理。", "{rows} 列的儲存格少於欄數，缺少的按空值處理。";
    note_no_invoice(rows): "Rows that are no invoice, because the due day is missing or the day of payment cannot be read: {rows}. The purchase itself is used.", "{rows} 行缺少到期日或付款日无法识别，不计为账单，但交易本身照常使用。", "{rows} 列缺少到期日或付款日無法辨識，不計為帳單，但交易本身照常使用。";
    note_rolled_up(): "A row is a customer's period: when in it something was bought, and how often within it, is not known.", "每行是一位客户的一个期间：期间内何时购买、购买几次，无从得知。", "每列是一位客戶的一個期間：期間內何時購買、購買幾次，無從得知。";
    note_rolled_up_orders(): "A row is a customer's period, with its number of orders: when in it something was bought is not known.", "每行是一位客户的一个期间，并注明订单数：期间内何时购买，无从得知。", "每列是一位客戶的一個期間，並註明訂單數：期間內何時購買，無從得知。";
    note_no_calendar(): "A row is a customer's period, and the periods only have numbers: they are placed on months from January 2000 on.", "每行是一位客户的一个期间，且期间只有编号：自 2000 年 1 月起依次排为月份。", "每列是一位客戶的一個期間，且期間只有編號：自 2000 年 1 月起依次排為月份。";
    note_totals(): "A row is a customer: only sums and the day of the last purchase are known, nothing of the time before.", "每行是一位客户：只知道合计和最近一次购买日，之前的过程无从得知。", "每列是一位客戶：只知道合計和最近一次購買日，之前的過程無從得知。";
    note_mixed(rows): "Dates that are impossible in this order of day and month: {rows}. The file may mix two ways of writing.", "{rows} 个日期按此顺序不成立，文件可能混用了两种写法。", "{rows} 個日期依此順序不成立，檔案可能混用了兩種寫法。";

    // Tables
    tables_title(): "Tables", "数据表", "資料表";
    tables_more(): "Invoices, service contacts, referrals, departures, survey answers or facts about the same customers can be added: as further files, or as sheets of one workbook. They are joined by the customer.", "可补充同一批客户的账单、服务记录、推荐、离开记录、问卷或客户资料：可以是另外的文件，也可以是同一工作簿中的工作表，按客户合并。", "可補充同一批客戶的帳單、服務記錄、推薦、離開記錄、問卷或客戶資料：可以是另外的檔案，也可以是同一活頁簿中的工作表，依客戶合併。";
    tables_add(): "Add tables", "补充数据表", "補充資料表";
    side_rows(kind, used, read): "is read as {kind}: {used} of {read} rows are used.", "按{kind}读取：{read} 行中使用 {used} 行。", "以{kind}讀取：{read} 列中使用 {used} 列。";
    side_unknown(rows): "Of customers the main table does not have: {rows}.", "主表中没有的客户：{rows} 行。", "主表中沒有的客戶：{rows} 列。";
    side_payments(): "invoices", "账单", "帳單";
    side_contacts(): "service contacts", "服务记录", "服務記錄";
    side_referrals(): "referrals", "推荐记录", "推薦記錄";
    side_exits(): "departures", "离开记录", "離開記錄";
    side_survey(): "survey answers", "问卷回答", "問卷回答";
    side_customers(): "facts about customers", "客户资料", "客戶資料";
    unused_second_main(): "is not used: another table is the customers' own, and this one could be as well. Open it alone to see it.", "未使用：已有另一张主表。请单独打开本表查看。", "未使用：已有另一張主表。請單獨開啟本表查看。";
    unused_second(kind): "is not used: another table already gives {kind}. Put both into one.", "未使用：已有另一张表提供{kind}，请合并为一张。", "未使用：已有另一張表提供{kind}，請合併為一張。";
    unused_lacks(): "is not used: nothing in it can be joined to customers. It needs a column with the customer as the main table writes it.", "未使用：其中没有可与客户合并的内容，需要有与主表写法一致的客户列。", "未使用：其中沒有可與客戶合併的內容，需要有與主表寫法一致的客戶欄。";
    unused_failed(what, remedy): "is not used. {what} {remedy}", "未使用。{what}{remedy}", "未使用。{what}{remedy}";

    // Rows set aside
    aside_title(): "Rows set aside", "被搁置的行", "被擱置的列";
    aside_none(): "No row had to be set aside.", "没有任何行被搁置。", "沒有任何列被擱置。";
    aside_sub(): "With the line in the file, the cell to blame, and why. Nothing else is missing from the results.", "列出文件行号、问题单元格和原因。除此之外，没有任何数据遗漏。", "列出檔案行號、問題儲存格和原因。除此之外，沒有任何資料遺漏。";
    aside_capped(kept, all): "The first {kept} of {all} rows are kept and listed.", "共 {all} 行，保留并列出前 {kept} 行。", "共 {all} 列，保留並列出前 {kept} 列。";
    search_aside(): "Search a value or a line", "搜索值或行号", "搜尋值或行號";
    any_reason(n): "All reasons ({n})", "全部原因（{n}）", "全部原因（{n}）";
    any_column(): "All columns", "全部列", "全部欄";
    counted(name, n): "{name} ({n})", "{name}（{n}）", "{name}（{n}）";
    col_line(): "Line", "行号", "行號";
    col_column(): "Column", "列", "欄";
    col_value(): "Value", "值", "值";
    col_reason(): "Reason", "原因", "原因";
    empty_cell(): "empty", "空", "空";
    range(from, to, n): "{from}–{to} of {n}", "第 {from}–{to} 行，共 {n} 行", "第 {from}–{to} 列，共 {n} 列";
    range_none(): "No row matches.", "没有符合条件的行。", "沒有符合條件的列。";
    previous(): "Previous", "上一页", "上一頁";
    next(): "Next", "下一页", "下一頁";
    download_all(rows): "Download all {rows} (CSV)", "下载全部 {rows}（CSV）", "下載全部 {rows}（CSV）";
    download_some(rows): "Download {rows} (CSV)", "下载这 {rows}（CSV）", "下載這 {rows}（CSV）";
    download_name(): "set-aside", "搁置行", "擱置列";
    repair(): "Correct these rows in the file and open it again; the rest need not be touched.", "请在文件中更正这些行后重新打开，其余部分无需改动。", "請在檔案中更正這些列後重新開啟，其餘部分無需改動。";

    // Facts
    facts_title(): "Facts about the rows that were used", "关于已使用数据的事实", "關於已使用資料的事實";
    facts_sub(): "Nothing was changed because of these.", "以下事实未改动任何数据。", "以下事實未改動任何資料。";
    look(): "Worth a look", "请留意", "請留意";
    good_to_know(): "Good to know", "供参考", "供參考";

    gaps_title(n, grain): "{n} without any row where rows are usual: {grain}", "{n}：在通常有数据的时段没有任何数据（{grain}）", "{n}：在通常有資料的時段沒有任何資料（{grain}）";
    one_gap(): "One gap", "有 1 处空缺", "有 1 處空缺";
    many_gaps(n): "{n} gaps", "有 {n} 处空缺", "有 {n} 處空缺";
    by_day(share): "{share} of the usual days have rows", "通常营业日中 {share} 有数据", "通常營業日中 {share} 有資料";
    by_week(share): "{share} of the weeks have rows", "{share} 的周有数据", "{share} 的週有資料";
    by_month(share): "{share} of the months have rows", "{share} 的月份有数据", "{share} 的月份有資料";
    gaps_remedy(): "A holiday, or a part of the export that is missing? In a missing part customers look silent who were not.", "是假期，还是导出不完整？若是后者，会把并未沉默的客户误判为沉默。", "是假期，還是匯出不完整？若是後者，會把並未沉默的客戶誤判為沉默。";
    col_from(): "From", "起", "起";
    col_to(): "To", "止", "止";
    col_length(): "Length", "长度", "長度";
    col_expected(): "Rows usual in that time", "同长时段通常行数", "同長時段通常列數";
    units_day(n): "{n} days", "{n} 天", "{n} 天";
    units_week(n): "{n} weeks", "{n} 周", "{n} 週";
    units_month(n): "{n} months", "{n} 个月", "{n} 個月";

    last_title(month, day): "{month} ends early: its last row is of {day}", "{month}不完整：最后一行数据为 {day}", "{month}不完整：最後一列資料為 {day}";
    last_level(rows, revenue, months): "That is {rows} of the median rows and {revenue} of the median revenue on the same days of the {months} months before.", "与之前 {months} 个月相同日期的中位数相比，行数为 {rows}，收入为 {revenue}。", "與之前 {months} 個月相同日期的中位數相比，列數為 {rows}，營收為 {revenue}。";
    last_alone(rows, revenue): "It has {rows} and {revenue} in revenue.", "该月有 {rows}，收入 {revenue}。", "該月有 {rows}，營收 {revenue}。";
    last_remedy(): "Do not read the last month as a fall. Below, the results can be computed as of the last whole month.", "不要把最后一个月看成下滑。可在下方改为截至最后一个完整月份计算。", "不要把最後一個月看成下滑。可在下方改為截至最後一個完整月份計算。";
    first_title(month, day): "{month} begins late: its first row is of {day}", "{month}不完整：第一行数据为 {day}", "{month}不完整：第一列資料為 {day}";
    first_remedy(): "Customers of earlier days are not seen; who had bought before looks new at the beginning of the file.", "更早的客户没有出现；此前已购买的客户在文件开头会显得像新客户。", "更早的客戶沒有出現；此前已購買的客戶在檔案開頭會顯得像新客戶。";

    future_title(rows, day): "{rows} dated after today; the last is {day}", "{rows}的日期晚于今天，最晚为 {day}", "{rows}的日期晚於今天，最晚為 {day}";
    future_remedy(): "Orders planned, or years mistyped? The analysis looks back from the last day of the file, so these make everybody look silent. Set the day of analysis, or correct them.", "是预订，还是年份写错？分析以文件最后一天为准，这些行会让所有客户都显得沉默。请设定分析日期或更正。", "是預訂，還是年份寫錯？分析以檔案最後一天為準，這些列會讓所有客戶都顯得沉默。請設定分析日期或更正。";

    odd_title(rows): "{rows} on days that can hardly be right", "{rows}的日期可能有误", "{rows}的日期可能有誤";
    odd_remedy(): "They are used as they are. One order of 1970 makes a relationship of fifty years: correct these dates, or leave the rows out of the file.", "这些行按原样使用。一笔 1970 年的订单会造出五十年的关系：请更正日期，或从文件中删除。", "這些列照原樣使用。一筆 1970 年的訂單會造出五十年的關係：請更正日期，或從檔案中刪除。";
    pile_title(day, share): "{share} of all rows are dated {day}", "{share} 的数据行日期都是 {day}", "{share} 的資料列日期都是 {day}";
    pile_remedy(): "A day of sales, or the day an old system was taken over? In the second case these customers' histories begin before it.", "是促销日，还是旧系统迁移日？若是后者，这些客户的历史早于该日。", "是促銷日，還是舊系統遷移日？若是後者，這些客戶的歷史早於該日。";
    col_day(): "Day", "日期", "日期";
    odd_fill_in(): "written for an unknown day", "系统代表“未知日期”的值", "系統代表「未知日期」的值";
    odd_before(): "long before all others", "远早于其他日期", "遠早於其他日期";
    odd_after(): "long after all others", "远晚于其他日期", "遠晚於其他日期";
    odd_pile(): "far more rows than a day has", "行数远多于平常", "列數遠多於平常";

    far_title(rows, share): "{rows} with an amount far beyond the usual: {share} of the revenue", "{rows}金额远超平常，占收入的 {share}", "{rows}金額遠超平常，占營收的 {share}";
    far_title_net(rows): "{rows} with an amount far beyond the usual", "{rows}金额远超平常", "{rows}金額遠超平常";
    far_sub(fence, median): "Beyond {fence}, where the median amount is {median}. The largest:", "超过 {fence}，而金额中位数为 {median}。最大的几笔：", "超過 {fence}，而金額中位數為 {median}。最大的幾筆：";
    far_remedy(): "Check them against the invoices: a slipped decimal point or a total among the rows changes the mean, the value classes and the lifetime values.", "请与发票核对：小数点错位或混入的合计行会改变均值、价值分类和终身价值。", "請與發票核對：小數點錯位或混入的合計列會改變平均值、價值分類和終身價值。";
    col_customer(): "Customer", "客户", "客戶";
    col_amount(): "Amount", "金额", "金額";

    stand_title(share): "Names that may stand for many people, or nobody: {share} of all rows", "可能代表许多人或无人的名称，占全部行的 {share}", "可能代表許多人或無人的名稱，占全部列的 {share}";
    stand_remedy(): "Each counts as one very loyal customer. If it is none, take its rows out of the file before looking at loyalty and value.", "每个名称都会被当成一位非常忠诚的客户。如果并非真实客户，请先从文件中删除这些行。", "每個名稱都會被當成一位非常忠誠的客戶。如果並非真實客戶，請先從檔案中刪除這些列。";
    col_name(): "Name", "名称", "名稱";
    named_word(): "a word for nobody in particular", "泛称，非特定客户", "泛稱，非特定客戶";
    named_number(): "a number often used for nobody, with many rows", "常用的占位编号，且行数异常多", "常用的佔位編號，且列數異常多";
    named_crowd(): "far more rows than any customer has", "行数远多于一般客户", "列數遠多於一般客戶";
    col_revenue(): "Revenue", "收入", "營收";

    alike_title(names, customers): "{names} names may be {customers}: they differ in case, width or blanks alone", "{names} 个名称可能只是 {customers}：仅大小写、全半角或空格不同", "{names} 個名稱可能只是 {customers}：僅大小寫、全半形或空格不同";
    alike_remedy(): "They are counted apart, so that each looks less loyal and sooner gone. Bring them to one spelling in the file.", "目前分别计数，会显得更不忠诚、更早流失。请在文件中统一写法。", "目前分別計數，會顯得更不忠誠、更早流失。請在檔案中統一寫法。";

    largest_title(share): "One customer brings {share} of the revenue", "一位客户贡献了 {share} 的收入", "一位客戶貢獻了 {share} 的營收";
    largest_remedy(): "Means and totals follow this customer; look at the results with and without it. Whether it leaves is a question of its own.", "均值和合计都受其左右，请对照有无该客户的结果。该客户是否流失，值得单独讨论。", "平均值和合計都受其左右，請對照有無該客戶的結果。該客戶是否流失，值得單獨討論。";

    returns_title(rows, share, amount): "Returns: {rows} ({share}), together {amount}", "{rows}为退货（{share}），合计 {amount}", "{rows}為退貨（{share}），合計 {amount}";
    returns_remedy(): "They lower revenue and value, and are no orders.", "退货冲减收入和价值，不计为订单。", "退貨沖減營收和價值，不計為訂單。";
    duplicates_title(rows, share): "Equal to an earlier row in every column: {rows} ({share})", "{rows}与前面某行完全相同（{share}）", "{rows}與前面某列完全相同（{share}）";
    duplicates_kept(): "They are used: order lines may repeat. If the file was exported twice, drop them below.", "这些行照常使用，因为订单明细可能重复。如果是重复导出，可在下方去除。", "這些列照常使用，因為訂單明細可能重複。如果是重複匯出，可在下方去除。";
    duplicates_dropped(): "They are set aside.", "这些行已搁置。", "這些列已擱置。";
    zero_title(rows, share): "Amounts of zero: {rows} ({share})", "{rows}金额为零（{share}）", "{rows}金額為零（{share}）";
    zero_remedy(): "They count as orders, not for mean amounts.", "计为订单，但不计入平均金额。", "計為訂單，但不計入平均金額。";
    missing_title(rows, share): "Without a customer: {rows} ({share} of those read)", "{rows}没有客户（占读取行的 {share}）", "{rows}沒有客戶（占讀取列的 {share}）";
    missing_remedy(): "They are set aside, with their revenue: without a customer there is no relationship to look at.", "这些行连同其收入被搁置：没有客户就没有可分析的关系。", "這些列連同其營收被擱置：沒有客戶就沒有可分析的關係。";

    // Months
    months_title(): "Rows per month", "每月行数", "每月列數";
    months_title_gap(n): "Rows per month: {n} months have none", "每月行数：{n} 个月没有数据", "每月列數：{n} 個月沒有資料";
    months_title_last(month): "Rows per month: {month} is cut off", "每月行数：{month}不完整", "每月列數：{month}不完整";
    months_sub(): "Rows used, by month", "已使用的行数，按月", "已使用的列數，依月份";
    whole_month(): "whole month", "完整月份", "完整月份";
    cut_month(): "cut off", "不完整", "不完整";
    month_read(month, rows, revenue): "{month}: {rows}, revenue {revenue}", "{month}：{rows}，收入 {revenue}", "{month}：{rows}，營收 {revenue}";
    col_month(): "Month", "月份", "月份";

    // Choices
    choices_title(): "What each choice changes", "每种处理会改变什么", "每種處理會改變什麼";
    choices_sub(): "Counted without computing anew, where that is exact; else one click computes the results again.", "能精确得出的直接列出，其余一键重新计算。", "能精確得出的直接列出，其餘一鍵重新計算。";
    choice_drop(): "Drop exact duplicates", "去除完全重复的行", "去除完全重複的列";
    choice_keep(): "Keep exact duplicates", "保留完全重复的行", "保留完全重複的列";
    effect_drop(rows): "At most {rows} fewer", "最多减少 {rows}", "最多減少 {rows}";
    effect_keep(rows): "{rows} more", "增加 {rows}", "增加 {rows}";
    choice_as_of(day): "Look back from {day}, the end of the last whole month", "截至最后一个完整月份末 {day}", "截至最後一個完整月份末 {day}";
    choice_whole(): "Look back from the last day of the file", "截至文件最后一天", "截至檔案最後一天";
    effect_as_of(rows, revenue): "{rows} and {revenue} in revenue lie after it and are set aside", "此后的 {rows}、收入 {revenue} 将被搁置", "此後的 {rows}、營收 {revenue} 將被擱置";
    effect_whole(rows): "{rows} after the day of analysis come back", "分析日期之后的 {rows} 将恢复使用", "分析日期之後的 {rows} 將恢復使用";
    choice_stand_ins(n): "Leave out names that may stand for many or nobody ({n})", "删除可能代表许多人或无人的名称（{n} 个）", "刪除可能代表許多人或無人的名稱（{n} 個）";
    effect_out(customers, rows, revenue): "{customers}, {rows} and {revenue} in revenue fewer", "减少 {customers}、{rows}、收入 {revenue}", "減少 {customers}、{rows}、營收 {revenue}";
    choice_far(): "Leave out amounts far beyond the usual", "删除远超平常的金额", "刪除遠超平常的金額";
    effect_far(rows, revenue): "{rows} and {revenue} in revenue fewer", "减少 {rows}、收入 {revenue}", "減少 {rows}、營收 {revenue}";
    choice_gross(): "Leave out returns", "不计退货", "不計退貨";
    effect_gross(revenue, gross): "Revenue {gross} instead of {revenue}; the results count it net", "收入为 {gross}，而非 {revenue}；结果按净额计算", "營收為 {gross}，而非 {revenue}；結果以淨額計算";
    compute_again(): "Compute again", "重新计算", "重新計算";
    in_the_file(): "in the file", "请在文件中处理", "請在檔案中處理";
    changed_title(choice): "What changed: {choice}", "变化：{choice}", "變化：{choice}";
    col_figure(): "Figure", "指标", "指標";
    col_before(): "Before", "之前", "之前";
    col_now(): "Now", "现在", "現在";
    col_change(): "Change", "变化", "變化";
    unchanged(): "no change", "无变化", "無變化";
    points(x): "{x} points", "{x} 个百分点", "{x} 個百分點";
    fig_used(): "Rows used", "使用行数", "使用列數";
    fig_customers(): "Customers", "客户", "客戶";
    fig_revenue(): "Revenue", "收入", "營收";
    fig_churn(): "Churn rate", "流失率", "流失率";
    fig_active(): "Active customers", "活跃客户", "活躍客戶";
    fig_equity(): "Customer equity", "客户资产", "客戶資產";

    // How
    how(): "Rows read are all rows of the table below its header; blank lines are none. A row is used whole or set aside whole, for the first reason found: no customer, then the date, then the day of analysis, then the numbers, then equality with an earlier row where these are to be dropped. Duplicates are rows equal in every column.", "读取行指表头以下的全部数据行，空行不计。每行要么整行使用，要么整行搁置，按最先发现的原因：缺少客户、日期、分析日期、数值，以及（选择去除时）与前面某行相同。重复行指所有列都相同的行。", "讀取列指標題列以下的全部資料列，空白列不計。每列要麼整列使用，要麼整列擱置，依最先發現的原因：缺少客戶、日期、分析日期、數值，以及（選擇去除時）與前面某列相同。重複列指所有欄都相同的列。";
    how_far(fence): "Far amounts: beyond Tukey's far-out fence on the log scale (Q3 × (Q3 / Q1)³), at least ten medians; here {fence}. Tukey, Exploratory Data Analysis, 1977.", "远超平常的金额：在对数尺度上超过 Tukey 远端界限（Q3 ×（Q3 ÷ Q1）³），且至少为中位数的十倍；此处为 {fence}。Tukey，《探索性数据分析》，1977。", "遠超平常的金額：在對數尺度上超過 Tukey 遠端界限（Q3 ×（Q3 ÷ Q1）³），且至少為中位數的十倍；此處為 {fence}。Tukey，《探索性資料分析》，1977。";
    how_gaps(length): "Gaps: runs of at least {length} without a row, which chance explains less than once in a hundred such files, among neighbors where rows are usual. Weekdays that usually have none do not count.", "空缺：连续至少 {length}没有数据，且在同样的文件中偶然出现的可能不到百分之一，前后时段通常有数据。通常没有数据的星期几不计。", "空缺：連續至少 {length}沒有資料，且在同樣的檔案中偶然出現的可能不到百分之一，前後時段通常有資料。通常沒有資料的星期幾不計。";
    how_sparse(): "Gaps: rows come too rarely in this file to tell a gap from chance.", "空缺：文件中的数据过于稀疏，无法区分空缺与偶然。", "空缺：檔案中的資料過於稀疏，無法區分空缺與偶然。";
    how_edges(): "A month is cut off if so many usual days at the file's end would be empty by chance less than once in twenty times.", "如果文件末尾的这些通常营业日全部为空的偶然概率低于二十分之一，则该月视为不完整。", "如果檔案末尾的這些通常營業日全部為空的偶然機率低於二十分之一，則該月視為不完整。";
    how_days(): "Days that can hardly be right: two spans and more (1st to 99th percentile, at least a year) away from the others, or such as 1900-01-01 and 1970-01-01 outside these percentiles.", "可能有误的日期：与其他日期相距两个跨度（第 1 至第 99 百分位，至少一年）以上，或处于该范围之外的 1900-01-01、1970-01-01 之类。", "可能有誤的日期：與其他日期相距兩個跨度（第 1 至第 99 百分位，至少一年）以上，或處於該範圍之外的 1900-01-01、1970-01-01 之類。";
    how_names(): "Names for nobody: a list of words in several languages; numbers such as 0 or 9999 with five times a mean customer's rows; any name with fifty times and 2% of all rows.", "泛称：多种语言的词表；0、9999 之类且行数为平均客户五倍以上的编号；行数为平均五十倍以上且占全部 2% 以上的名称。", "泛稱：多種語言的詞表；0、9999 之類且列數為平均客戶五倍以上的編號；列數為平均五十倍以上且占全部 2% 以上的名稱。";
    certainty(): "Counts and sums are exact. What deserves a look is a rule's opinion: it asks, and changes nothing.", "计数与合计是精确的。“请留意”只是规则的判断：只提问，不改动。", "計數與合計是精確的。「請留意」只是規則的判斷：只提問，不改動。";

    // Elsewhere
    look_closer(): "Look closer: every row, and what to check", "查看详情：每一行的去向与待核对事项", "檢視詳情：每一列的去向與待核對事項";
}

/// `1 row`, `8 rows`, `8 行`.
#[must_use]
pub fn rows(lang: Lang, n: u64) -> String {
    let number = lang.int(n as f64);
    let template = if n == 1 {
        lang.pick("1 row", "1 行", "1 列")
    } else {
        lang.pick("{n} rows", "{n} 行", "{n} 列")
    };
    fill(template, &[("n", &number)])
}

/// `a` of `b` as a share that never says 100 % or 0 % of what is not all or nothing.
#[must_use]
pub fn share(lang: Lang, a: u64, b: u64) -> String {
    let share = if b == 0 { 0.0 } else { a as f64 / b as f64 };
    match (a, b) {
        (a, b) if a == b || a == 0 => lang.percent0(share),
        _ if share > 0.9995 => format!(">{}", lang.percent(0.999)),
        _ if share < 0.0005 => format!("<{}", lang.percent(0.001)),
        _ => lang.percent(share),
    }
}

/// What the file came to.
#[must_use]
pub fn answer(lang: Lang, report: &Report) -> say::Pieces {
    let q = &report.quality;
    let int = |n: u64| lang.int(n as f64);
    let text = if q.rows_set_aside == 0 {
        answer_all(lang, &int(q.rows_read))
    } else {
        let share = share(lang, q.rows_used, q.rows_read);
        answer_some(lang, &int(q.rows_used), &int(q.rows_read), &share, &int(q.rows_set_aside))
    };
    say::pieces(&text)
}

/// Why rows were set aside, most frequent first; empty where none was.
#[must_use]
pub fn reasons(lang: Lang, report: &Report) -> String {
    let mut counts = report.quality.counts.clone();
    counts.sort_by_key(|c| std::cmp::Reverse(c.rows));
    let list: Vec<String> =
        counts.iter().map(|c| reason_rows(lang, &lang.int(c.rows as f64), reason(lang, c.kind))).collect();
    if list.is_empty() {
        String::new()
    } else {
        lede_reasons(lang, &list.join(lang.pick(", ", "，", "，")))
    }
}

/// Why a row was set aside.
#[must_use]
pub fn reason(lang: Lang, kind: IssueKind) -> &'static str {
    say::issue(lang, kind)
}

/// Order of day and month.
#[must_use]
pub fn date_order(lang: Lang, order: Option<DateOrder>) -> String {
    match order {
        None => order_clear(lang),
        Some(DateOrder::Dmy) => order_dmy(lang),
        Some(DateOrder::Mdy) => order_mdy(lang),
        Some(DateOrder::Ymd) => order_ymd(lang),
    }
}

/// Decimal mark.
#[must_use]
pub fn decimal_mark(lang: Lang, mark: Option<DecimalMark>) -> String {
    match mark {
        None => mark_clear(lang),
        Some(DecimalMark::Point) => mark_point(lang),
        Some(DecimalMark::Comma) => mark_comma(lang),
    }
}

/// So many units.
#[must_use]
pub fn units(lang: Lang, grain: Grain, n: u32) -> String {
    let number = lang.int(n);
    match grain {
        Grain::Day => units_day(lang, &number),
        Grain::Week => units_week(lang, &number),
        Grain::Month if n == 1 => lang.pick("1 month", "1 个月", "1 個月").to_owned(),
        Grain::Month => units_month(lang, &number),
    }
}

/// How usual rows are.
#[must_use]
pub fn coverage(lang: Lang, grain: Grain, share: f64) -> String {
    let share = lang.percent(share);
    match grain {
        Grain::Day => by_day(lang, &share),
        Grain::Week => by_week(lang, &share),
        Grain::Month => by_month(lang, &share),
    }
}

/// Why a day is odd.
#[must_use]
pub fn odd(lang: Lang, why: WhyOdd) -> String {
    match why {
        WhyOdd::FillIn => odd_fill_in(lang),
        WhyOdd::FarBefore => odd_before(lang),
        WhyOdd::FarAfter => odd_after(lang),
        WhyOdd::Pile => odd_pile(lang),
    }
}

/// Why a name is listed.
#[must_use]
pub fn named(lang: Lang, why: WhyNamed) -> String {
    match why {
        WhyNamed::Word => named_word(lang),
        WhyNamed::Number => named_number(lang),
        WhyNamed::Crowd => named_crowd(lang),
    }
}

/// What the rows of a side table are.
#[must_use]
pub fn side_kind(lang: Lang, kind: SideKind) -> String {
    match kind {
        SideKind::Payments => side_payments(lang),
        SideKind::Contacts => side_contacts(lang),
        SideKind::Referrals => side_referrals(lang),
        SideKind::Exits => side_exits(lang),
        SideKind::Survey => side_survey(lang),
        SideKind::Customers => side_customers(lang),
    }
}

/// Why a table that came along is not used.
#[must_use]
pub fn unused(lang: Lang, because: &UnusedBecause) -> String {
    match because {
        UnusedBecause::Place(Why::SecondMain) => unused_second_main(lang),
        UnusedBecause::Place(Why::SecondOfKind { kind }) => unused_second(lang, &side_kind(lang, *kind)),
        UnusedBecause::Place(_) => unused_lacks(lang),
        UnusedBecause::Failed(error) => {
            let problem = Problem::File { error: error.clone(), table: None };
            let (what, remedy) = say::problem(lang, &problem);
            unused_failed(lang, &what, &remedy)
        }
    }
}

/// What else is worth knowing about the file.
#[must_use]
pub fn note(lang: Lang, note: &Note) -> String {
    let int = |n: u64| lang.int(n as f64);
    match note {
        Note::UndecodableBytes => note_undecodable(lang),
        Note::LinesBeforeHeader { lines } => note_before(lang, &int(*lines)),
        Note::OtherTables { lines } => {
            let lines: Vec<String> = lines.iter().map(|&line| int(line)).collect();
            note_tables(lang, &lines.join(lang.pick(", ", "、", "、")))
        }
        Note::BlankTotals { rows, tenure_zero } => note_blank_totals(lang, &int(*rows), &int(*tenure_zero)),
        Note::BlankNumbers { role, rows } => {
            note_blank_numbers(lang, say::role(lang, Some(*role)), &int(*rows))
        }
        Note::ReturnsMadeNegative { rows } => note_made_negative(lang, &int(*rows)),
        Note::NoInvoice { rows } => note_no_invoice(lang, &int(*rows)),
        Note::RolledUp { no_calendar: true, .. } => note_no_calendar(lang),
        Note::RolledUp { orders_known: true, .. } => note_rolled_up_orders(lang),
        Note::RolledUp { .. } => note_rolled_up(lang),
        Note::OnlyTotals { .. } => note_totals(lang),
        Note::ShortRows { rows } => note_short(lang, &int(*rows)),
        Note::MixedDateOrder { rows } => note_mixed(lang, &int(*rows)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{IssueCount, Quality};

    #[test]
    fn arguments_take_their_places() {
        assert_eq!(fill("{a} of {b}, {c}", &[("a", "1"), ("b", "{a}")]), "1 of {a}, {c}");
        assert_eq!(fill("open {", &[]), "open {");
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn every_language_uses_every_argument() {
        for (name, texts, arguments) in all() {
            for text in texts {
                assert!(!text.is_empty(), "{name}");
                let marks = text.matches('{').count();
                assert_eq!(marks, arguments.len(), "{name}: {text}");
                assert!(arguments.iter().all(|a| text.contains(&format!("{{{a}}}"))), "{name}: {text}");
                assert_eq!(text.matches('*').count() % 2, 0, "{name}: {text}");
            }
            assert_eq!(texts[1].matches('*').count(), texts[0].matches('*').count(), "{name}");
        }
    }

    #[test]
    fn the_answer_reconciles_and_names_the_reasons_by_weight() {
        let quality = Quality {
            rows_read: 6_919,
            rows_used: 6_911,
            rows_set_aside: 8,
            counts: vec![
                IssueCount { kind: IssueKind::MissingCustomer, rows: 3 },
                IssueCount { kind: IssueKind::BadDate, rows: 5 },
            ],
            ..Quality::default()
        };
        let report = Report { quality, ..Report::default() };
        let said = say::plain(&answer(Lang::En, &report));
        assert_eq!(said, "6,911 of 6,919 rows were used (99.9%); 8 set aside.");
        assert_eq!(reasons(Lang::En, &report), "Set aside: date missing or unreadable (5), no customer (3).");
        assert_eq!(reasons(Lang::En, &Report::default()), "");
    }

    #[test]
    fn a_share_of_almost_all_is_not_all() {
        assert_eq!(share(Lang::En, 5, 5), "100%");
        assert_eq!(share(Lang::En, 0, 5), "0%");
        assert_eq!(share(Lang::En, 999_999, 1_000_000), ">99.9%");
        assert_eq!(share(Lang::En, 1, 1_000_000), "<0.1%");
        assert_eq!(share(Lang::En, 1, 4), "25.0%");
        assert_eq!(share(Lang::En, 0, 0), "0%");
    }
}
