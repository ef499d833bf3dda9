//! Small files, each with one trap, and what has to come of them.
//!
//! They are written here and not kept as files, so that odd bytes can be seen and reviewed. The expected
//! facts are worked out by hand from the text; nothing is copied from what the reader says.
#![allow(dead_code, clippy::unwrap_used)]

use encoding_rs::Encoding;
use tenure::ingest::IssueKind;

/// A file and what it is.
pub struct Trap {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

/// What has to come of a file.
pub enum Expected {
    /// A data set: customers, rows used, sum of the amounts (or of the charges per month), rows set aside.
    Rows {
        customers: usize,
        used: u64,
        sum: &'static str,
        aside: &'static [(IssueKind, u64)],
        /// Whether the user is asked something first.
        asks: bool,
        /// Name of the encoding.
        encoding: &'static str,
        /// First customer by name, where letters matter.
        first: Option<&'static str>,
    },
    /// An error, by its code.
    Error(&'static str),
}

fn rows(
    name: &'static str,
    bytes: impl Into<Vec<u8>>,
    customers: usize,
    used: u64,
    sum: &'static str,
) -> Trap {
    let expected =
        Expected::Rows { customers, used, sum, aside: &[], asks: false, encoding: "UTF-8", first: None };
    Trap { name, bytes: bytes.into(), expected }
}

fn fails(name: &'static str, bytes: impl Into<Vec<u8>>, code: &'static str) -> Trap {
    Trap { name, bytes: bytes.into(), expected: Expected::Error(code) }
}

impl Trap {
    fn aside(mut self, counts: &'static [(IssueKind, u64)]) -> Self {
        if let Expected::Rows { aside, .. } = &mut self.expected {
            *aside = counts;
        }
        self
    }

    fn asks(mut self) -> Self {
        if let Expected::Rows { asks, .. } = &mut self.expected {
            *asks = true;
        }
        self
    }

    fn of(mut self, name: &'static str, customer: &'static str) -> Self {
        if let Expected::Rows { encoding, first, .. } = &mut self.expected {
            (*encoding, *first) = (name, Some(customer));
        }
        self
    }
}

const SALES: &str = "customer,date,amount\nann,2024-01-05,10.50\nbob,2024-02-06,20\nann,2024-03-07,30.25\n";

/// As [`SALES`], with other texts for customer and amount.
fn amounts(cells: [&str; 3], delimiter: &str) -> String {
    let [a, b, c] = cells;
    ["customer;date;amount".to_owned(), format!("ann;2024-01-05;{a}"), format!("bob;2024-02-06;{b}")]
        .into_iter()
        .chain([format!("ann;2024-03-07;{c}")])
        .map(|line| line.replace(';', delimiter) + "\n")
        .collect()
}

/// As [`SALES`], with other texts for the dates.
fn dates(cells: [&str; 3]) -> String {
    let [a, b, c] = cells;
    format!("customer,date,amount\nann,{a},10.50\nbob,{b},20\nann,{c},30.25\n")
}

/// [`SALES`] with quotes around all cells.
fn enclosed(quote: &str) -> String {
    let between = format!("{quote},{quote}");
    SALES.lines().map(|l| format!("{quote}{}{quote}\n", l.replace(',', &between))).collect()
}

fn encoded(text: &str, label: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
    assert!(!unmappable, "{label}");
    bytes.into_owned()
}

fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if is_little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

/// Some lines of a short list of people, each of whom buys twice for 10.
fn people(header: &str, names: &[&str]) -> String {
    let mut text = header.to_owned() + "\n";
    for month in 1..=2 {
        names.iter().for_each(|name| text.push_str(&format!("{name},2024-{month:02}-05,10\n")));
    }
    text
}

/// All of them.
pub fn traps() -> Vec<Trap> {
    use IssueKind::{
        AmountTooLarge, BadAmount, BadDate, BadFlag, CutOff, DuplicateCustomer, MissingCustomer,
        RepeatedHeader, TooManyCells, Total,
    };
    let plain = |name, text: String| rows(name, text, 2, 3, "60.75");
    let chinese = "客户编号,下单日期,订单金额\n张伟,2024-01-05,10\n王芳,2024-02-06,20\n";
    let taiwan = "客戶編號,下單日期,訂單金額\n陳怡君,2024-01-05,10\n王美玲,2024-02-06,20\n";
    let western = people("customer,date,amount", &["Müller", "François", "Zoé", "Núñez", "Käthe"]);
    let russian = people("customer,date,amount", &["Иван Петров", "Мария Иванова", "Сергей Кузнецов"]);
    let japanese = people("customer,date,amount", &["佐藤 健", "鈴木 花子", "渡辺 さくら", "中村 あゆみ"]);
    let korean = people("customer,date,amount", &["김민수", "이서연", "박지훈", "최유진", "정현우"]);
    let long = "x".repeat(100_000);
    // The last of the two bytes of é is missing.
    let mut broken_end = format!("{SALES}jö,2024-04-01,5,é").into_bytes();
    broken_end.pop();
    let letters = "客,2024-04-01,1\n".repeat(30);
    let broken = [SALES.as_bytes(), letters.as_bytes(), b"b\xffb,2024-04-02,1\n"].concat();
    let invisible = SALES.replace("bob", "\u{feff}bob").replace("ann", "\u{200b}ann");
    let bells = SALES.replace("bob", "b\u{7}ob") + &SALES[21..].repeat(8);
    let zones = dates(["2024-01-05T23:59:59Z", "2024-02-06 00:00", "2024-03-07T10:00:00+08:00"]);
    let no_amount = "customer,date,city\nann,2024-01-05,Rome\nbob,2024-01-06,Oslo\n";
    let mut all = encodings_and_ends(chinese, taiwan, &western, &russian, &japanese, &korean);
    all.extend([
        // Marks.
        plain("tabs", SALES.replace(',', "\t")),
        rows("decimal commas", amounts(["10,50", "20", "30,25"], ";"), 2, 3, "60.75"),
        plain("pipes", SALES.replace(',', "|")),
        plain("two pipes", SALES.replace(',', "||")),
        plain("full-width commas", SALES.replace(',', "，")),
        plain("aligned by blanks", SALES.replace(',', "   ")),
        plain("line that names the delimiter", "sep=;\n".to_owned() + &SALES.replace(',', ";")),
        // Quotes.
        plain("everything quoted", enclosed("\"")),
        plain("single quotes", enclosed("'")),
        rows("doubled quotes", SALES.replace("bob", "\"bob \"\"the\"\" b\""), 2, 3, "60.75"),
        rows("line ends inside quotes", SALES.replace("bob", "\"bob\nb\r\nc\""), 2, 3, "60.75"),
        rows("a quote inside a cell", SALES.replace("bob", "bob 3\" pipe"), 2, 3, "60.75"),
        rows("a quote that never closes", SALES.replace("bob", "\"bob"), 2, 3, "60.75"),
        rows("a lone quote at the end", SALES.replace("30.25\n", "30.25\n\""), 2, 3, "60.75")
            .aside(&[(CutOff, 1)]),
        // Around the table.
        plain("title lines", format!("Sales of 2024\nNorth\n\n{SALES}")),
        plain("a header of two rows", format!("who,order,\n{}", SALES)),
        plain("a row of units", SALES.replacen("amount\n", "amount\n,yyyy-mm-dd,USD\n", 1)),
        rows("no header", &SALES.as_bytes()[21..], 2, 3, "60.75"),
        plain("totals at the end", format!("{SALES}Total,,60.75\n")).aside(&[(Total, 1)]),
        plain("totals in Chinese", format!("{SALES}合计,,60.75\n")).aside(&[(Total, 1)]),
        plain("header once more", format!("{SALES}customer,date,amount\n")).aside(&[(RepeatedHeader, 1)]),
        plain("another table below", format!("{SALES}\nregion,share\nN,0.5\nS,0.3\nW,0.2\n")),
        plain("another table above", format!("region,share\nN,0.5\nS,0.5\n\n{SALES}")),
        plain("comment lines above", format!("# made by a program\n# version 2\n{SALES}")),
        plain("control-Z at the end", SALES.to_owned() + "\u{1a}"),
        plain("blank lines between", SALES.replace("20\n", "20\n\n \n")),
        // Shape.
        plain("columns of nothing", SALES.lines().map(|l| format!(",{l},,\n")).collect()),
        rows(
            "a name twice",
            "customer,date,amount,amount\nann,2024-01-05,1,9\n\
             bob,2024-02-06,2,9\n",
            2,
            2,
            "3.00",
        )
        .asks(),
        plain("names in capitals", SALES.replacen("customer,date,amount", "CUSTOMER,DATE,AMOUNT", 1)),
        rows("a short row", SALES.replace("bob,2024-02-06,20", "bob,2024-02-06"), 1, 2, "40.75")
            .aside(&[(BadAmount, 1)]),
        rows("a long row", SALES.replace("bob,2024-02-06,20", "bob,2024-02-06,20,x"), 1, 2, "40.75")
            .aside(&[(TooManyCells, 1)]),
        rows("stops within the last row", SALES.to_owned() + "bob,2024-0", 2, 3, "60.75")
            .aside(&[(CutOff, 1)]),
        rows("stops within quotes", SALES.to_owned() + "bob,2024-04-01,\"1", 2, 3, "60.75")
            .aside(&[(CutOff, 1)]),
        rows("stops within a letter", broken_end, 2, 3, "60.75").aside(&[(CutOff, 1)]),
        rows("one row", "customer,date,amount\nann,2024-01-05,10\n", 1, 1, "10.00"),
        fails("one column", "customer\nann\nbob\n", "no-date-column"),
        fails("only names", "customer,date,amount\n", "empty"),
        fails("nothing", "", "empty"),
        fails("only blanks", " \n\t\r\n  \n", "empty"),
        fails("no customer", "date,amount\n2024-01-05,10\n2024-01-06,11\n", "no-customer-column"),
        fails("no amount", no_amount, "no-amount-column"),
        fails("nothing usable", "customer,date,amount\nann,soon,10\nbob,later,11\n", "no-usable-row"),
        rows("a very long cell", SALES.replace("bob", &long), 2, 3, "60.75"),
        // Dates.
        rows("day before month", dates(["05/01/2024", "13/02/2024", "07/03/2024"]), 2, 3, "60.75"),
        rows("month before day", dates(["01/05/2024", "02/13/2024", "03/07/2024"]), 2, 3, "60.75"),
        fails("day or month", dates(["05/01/2024", "06/02/2024", "07/03/2024"]), "ambiguous-dates"),
        rows("dots", dates(["05.01.2024", "06.02.2024", "07.03.2024"]), 2, 3, "60.75"),
        rows("年月日", dates(["2024年1月5日", "2024年2月6日", "2024年3月7日"]), 2, 3, "60.75"),
        rows("names of months", dates(["5 Jan 2024", "06-FEB-24", "\"March 7, 2024\""]), 2, 3, "60.75"),
        rows("days since 1899", dates(["45296", "45328", "45358"]), 2, 3, "60.75"),
        rows("seconds since 1970", dates(["1704412800", "1707177600", "1709769600"]), 2, 3, "60.75"),
        rows("times and zones", zones, 2, 3, "60.75"),
        rows("a day that is none", dates(["2024-01-05", "2024-02-30", "2024-03-07"]), 1, 2, "40.75")
            .aside(&[(BadDate, 1)]),
        // Numbers.
        rows("万 and 亿", amounts(["1.5万", "2亿", "30.25"], ","), 2, 3, "200015030.25"),
        rows("full-width digits", amounts(["１０．５０", "２０", "３０．２５"], ","), 2, 3, "60.75"),
        rows("yuan signs and thousands", amounts(["\"￥1,010.50\"", "¥20", "30.25元"], ","), 2, 3, "1060.75"),
        rows("minus behind", amounts(["10.50", "20-", "30.25"], ","), 2, 3, "20.75"),
        rows("parentheses", amounts(["10.50", "(20)", "30.25"], ","), 2, 3, "20.75"),
        rows("apostrophes and blanks", amounts(["1'010.50", "1 020", "30.25"], ","), 2, 3, "2060.75"),
        rows("powers of ten", amounts(["1.05E+01", "2e1", "30.25"], ","), 2, 3, "60.75"),
        rows("a number too large", amounts(["10.50", "99999999999999999999", "30.25"], ","), 1, 2, "40.75")
            .aside(&[(AmountTooLarge, 1)]),
        rows("numbers that are none", amounts(["10.50", "#N/A", "30.25"], ","), 1, 2, "40.75")
            .aside(&[(BadAmount, 1)]),
        rows("zeros", amounts(["0", "0.00", "30.25"], ","), 2, 3, "30.25"),
        // Customers and orders.
        rows("customers missing", SALES.replace("bob", "NULL") + ",2024-01-01,5\n", 1, 2, "40.75")
            .aside(&[(MissingCustomer, 2)]),
        rows(
            "cancelled orders",
            "invoiceno,customer,date,quantity,unitprice\n1001,ann,2024-01-05,2,5\n1002,bob,2024-01-06,1,7\n\
             C1003,ann,2024-01-07,-1,5\n1004,bob,2024-01-08,1,7\n",
            2,
            4,
            "19.00",
        ),
        rows(
            "cancelled orders with positive amounts",
            "invoiceno,customer,date,amount\n1001,ann,2024-01-05,10\n1002,bob,2024-01-06,7\n\
             C1003,ann,2024-01-07,5\n\
             1004,bob,2024-01-08,7\n",
            2,
            4,
            "19.00",
        ),
        rows(
            "contracts",
            "customerID,tenure,MonthlyCharges,Churn\n1,5,10.5,No\n2,7,20,Yes\n3,1,30,maybe\n2,7,20,Yes\n",
            2,
            2,
            "30.50",
        )
        .aside(&[(DuplicateCustomer, 1), (BadFlag, 1)]),
        // What is only ever text.
        rows("markup and formulas", SALES.replace("bob", "\"<b>=cmd|' /C calc'!A0</b>\""), 2, 3, "60.75"),
        rows("right-to-left marks", SALES.replace("bob", "\u{200f}bob\u{200e}"), 2, 3, "60.75")
            .of("UTF-8", "ann"),
        rows("marks inside", invisible, 2, 3, "60.75").of("UTF-8", "ann"),
        rows("blanks that do not break", SALES.replace("bob", "\u{a0}bob\u{3000}"), 2, 3, "60.75"),
        rows("control characters", bells, 3, 27, "546.75"),
        rows("broken bytes", broken, 4, 34, "91.75"),
        fails("NUL bytes", [SALES.as_bytes(), b"b\0b,2024-04-02,1\n"].concat(), "unreadable"),
        fails("an archive", b"PK\x03\x04 and what follows".as_slice(), "broken"),
        fails("a document", b"%PDF-1.7\n1 0 obj\n".as_slice(), "unreadable"),
        fails("random control bytes", (0..=255_u8).collect::<Vec<u8>>(), "unreadable"),
    ]);
    all
}

fn encodings_and_ends(
    chinese: &str,
    taiwan: &str,
    western: &str,
    russian: &str,
    japanese: &str,
    korean: &str,
) -> Vec<Trap> {
    let plain = |name, bytes: Vec<u8>| rows(name, bytes, 2, 3, "60.75");
    let mixed = SALES.replacen('\n', "\r\n", 1).replacen("20\n", "20\r", 1);
    vec![
        plain("plain", SALES.into()),
        plain("UTF-8 with a mark", format!("\u{feff}{SALES}").into_bytes()),
        plain("two marks", format!("\u{feff}\u{feff}{SALES}").into_bytes()),
        plain("UTF-16 LE with a mark", utf16(&format!("\u{feff}{SALES}"), true)).of("UTF-16LE", "ann"),
        plain("UTF-16 BE with a mark", utf16(&format!("\u{feff}{SALES}"), false)).of("UTF-16BE", "ann"),
        plain("UTF-16 LE", utf16(SALES, true)).of("UTF-16LE", "ann"),
        plain("UTF-16 BE", utf16(SALES, false)).of("UTF-16BE", "ann"),
        rows("Chinese in UTF-16 LE", utf16(chinese, true), 2, 2, "30.00").of("UTF-16LE", "张伟"),
        rows("GB 18030", encoded(chinese, "gb18030"), 2, 2, "30.00").of("gb18030", "张伟"),
        rows("GB 18030, four bytes", encoded(&chinese.replace("王芳", "王㐂😀"), "gb18030"), 2, 2, "30.00")
            .of("gb18030", "张伟"),
        rows("Big5", encoded(taiwan, "big5"), 2, 2, "30.00").of("Big5", "王美玲"),
        rows("Shift_JIS", encoded(japanese, "shift_jis"), 4, 8, "80.00")
            .of("Shift_JIS", "中村 あゆみ")
            .asks(),
        rows("EUC-JP", encoded(japanese, "euc-jp"), 4, 8, "80.00").of("EUC-JP", "中村 あゆみ").asks(),
        rows("ISO-2022-JP", encoded(japanese, "iso-2022-jp"), 4, 8, "80.00").of("ISO-2022-JP", "中村 あゆみ"),
        rows("EUC-KR", encoded(korean, "euc-kr"), 5, 10, "100.00").of("EUC-KR", "김민수").asks(),
        rows("Windows-1252", encoded(western, "windows-1252"), 5, 10, "100.00")
            .of("windows-1252", "François"),
        rows("Mac Roman", encoded(&western.replace('\n', "\r"), "macintosh"), 5, 10, "100.00")
            .of("macintosh", "François"),
        rows("Windows-1251", encoded(russian, "windows-1251"), 3, 6, "60.00")
            .of("windows-1251", "Иван Петров"),
        rows("KOI8-R", encoded(russian, "koi8-r"), 3, 6, "60.00").of("KOI8-U", "Иван Петров"),
        plain("CRLF", SALES.replace('\n', "\r\n").into()),
        plain("CR", SALES.replace('\n', "\r").into()),
        plain("all line ends", mixed.into()),
        plain("no line end at the end", SALES.trim_end().into()),
    ]
}
