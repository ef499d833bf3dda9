//! Packed files, workbooks and JSON: what others write is read as they read it, and nothing crafted gets further than
//! an error with a name. Time and memory of the latter are printed and held to bounds.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/memory.rs"]
mod memory;

use std::cell::Cell;
use std::io::{self, Cursor, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use calamine::{Data, Reader};
use common::data;
use memory::most_held;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};
use tenure::customer::Dataset;
use tenure::ingest::{
    self, Delimiter, Error, Excess, Format, Loaded, Mapping, Named, Options, Source, Table, TableSet, Told,
};

/// See `memory`: the bound is on everything that is ever held.
const GROWTH_COPIES: bool = true;

/// What work gives, how long it took, and the most bytes it held beyond what was held before.
fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration, usize) {
    let start = Instant::now();
    let (out, most) = most_held(work);
    (out, start.elapsed(), most)
}

fn load(bytes: &[u8]) -> Result<Loaded, Error> {
    let seen = ingest::read(bytes, 5)?;
    ingest::load(bytes, &Mapping::from(&seen.proposal), &Options::default(), &mut ingest::silent)
}

fn read_sheet(bytes: &[u8], sheet: &str) -> Result<Table, Error> {
    let told = Told { sheet: Some(sheet.to_owned()), ..Told::default() };
    ingest::read_as(bytes, 500, &told, None)
}

// Files made here.

/// A file for an archive, with what can be untrue about it.
struct Packed<'a> {
    name: &'a str,
    content: &'a [u8],
    says_size: Option<u32>,
    flags: u16,
}

fn plain<'a>(name: &'a str, content: &'a [u8]) -> Packed<'a> {
    Packed { name, content, says_size: None, flags: 0 }
}

/// A ZIP archive; `level` 0 stores.
fn zip_of(files: &[Packed<'_>], level: u32) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut crc = flate2::Crc::new();
        crc.update(file.content);
        let packed = if level == 0 {
            file.content.to_vec()
        } else {
            let mut to = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(level));
            to.write_all(file.content).unwrap();
            to.finish().unwrap()
        };
        let at = out.len() as u32;
        let mut head = Vec::new();
        for n in [20, file.flags, if level == 0 { 0 } else { 8 }, 0, 0x21] {
            head.extend(u16::to_le_bytes(n));
        }
        for n in [crc.sum(), packed.len() as u32, file.says_size.unwrap_or(file.content.len() as u32)] {
            head.extend(u32::to_le_bytes(n));
        }
        head.extend(u16::to_le_bytes(file.name.len() as u16));
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(file.name.as_bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(file.name.as_bytes());
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([(files.len() as u16).to_le_bytes(), (files.len() as u16).to_le_bytes()].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    to.write_all(content).unwrap();
    to.finish().unwrap()
}

const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/></Relationships>";

/// The parts of a workbook by hand: its properties, styles, texts and sheets.
fn parts(properties: &str, styles: &str, texts: &str, sheets: &[(&str, &str)]) -> Vec<(String, String)> {
    let (mut list, mut links) = (String::new(), String::new());
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    for (i, (name, _)) in sheets.iter().enumerate() {
        list += &format!("<sheet name=\"{name}\" sheetId=\"{i}\" r:id=\"s{i}\"/>");
        links +=
            &format!("<Relationship Id=\"s{i}\" Type=\"{kind}worksheet\" Target=\"worksheets/{i}.xml\"/>");
    }
    links += &format!("<Relationship Id=\"st\" Type=\"{kind}styles\" Target=\"styles.xml\"/>");
    links +=
        &format!("<Relationship Id=\"ss\" Type=\"{kind}sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>");
    let workbook = format!("<workbook xmlns:r=\"r\">{properties}<sheets>{list}</sheets></workbook>");
    let mut all = vec![
        ("_rels/.rels".to_owned(), RELATIONS.to_owned()),
        ("xl/workbook.xml".to_owned(), workbook),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{links}</Relationships>")),
        ("xl/styles.xml".to_owned(), format!("<styleSheet>{styles}</styleSheet>")),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst>{texts}</sst>")),
    ];
    for (i, (_, content)) in sheets.iter().enumerate() {
        all.push((format!("xl/worksheets/{i}.xml"), format!("<worksheet>{content}</worksheet>")));
    }
    all
}

fn pack(parts: &[(String, String)], level: u32) -> Vec<u8> {
    let files: Vec<Packed<'_>> =
        parts.iter().map(|(name, content)| plain(name, content.as_bytes())).collect();
    zip_of(&files, level)
}

fn workbook(rows: &str) -> Vec<u8> {
    pack(&parts("", "", "", &[("One", &format!("<sheetData>{rows}</sheetData>"))]), 6)
}

/// The workbook of which `fixtures/orders.xls` and `orders.ods` are what LibreOffice 7.4 made.
fn orders() -> Vec<u8> {
    let mut book = Workbook::new();
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    let when = CellFormat::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    let span = CellFormat::new().set_num_format("[h]:mm:ss");
    let notes = book.add_worksheet().set_name("Read me").unwrap();
    notes.write(0, 0, "Orders of the shop, exported for review").unwrap();
    notes.write(1, 0, "One row is one order").unwrap();
    let hidden = book.add_worksheet().set_name("Old").unwrap();
    hidden.set_hidden(true);
    hidden.write(0, 0, "customer").unwrap();
    hidden.write(0, 1, "amount").unwrap();
    for i in 0..20_u32 {
        hidden.write(i + 1, 0, format!("H{i}")).unwrap();
        hidden.write(i + 1, 1, i).unwrap();
    }
    let sheet = book.add_worksheet().set_name("Orders 订单").unwrap();
    sheet.merge_range(0, 0, 0, 5, "Orders 2024", &CellFormat::new()).unwrap();
    let names = ["Customer", "Order date", "Amount", "Note", "Paid", "Ratio", "Seen", "Span", "Same"];
    for (column, name) in names.iter().enumerate() {
        sheet.write(2, column as u16, *name).unwrap();
    }
    for i in 0..60_u32 {
        let row = i + 3;
        let day = ExcelDateTime::from_ymd(2024, 1 + (i % 12) as u8, 1 + (i % 28) as u8).unwrap();
        let seen = ExcelDateTime::from_ymd(2023, 12, 31).unwrap().and_hms(23, (i % 60) as u8, 5).unwrap();
        sheet.write(row, 0, format!("客户{:03}", i % 40)).unwrap();
        sheet.write_with_format(row, 1, &day, &date).unwrap();
        sheet.write(row, 2, f64::from(i) * 0.37 + 0.1).unwrap();
        let note = match i {
            1 => "long é ".repeat(1250),
            _ if i % 7 == 0 => format!("\"quoted\" {i}"),
            _ if i % 3 == 0 => format!("say \"hi\" {i}\nline two\tand tab"),
            _ => String::new(),
        };
        if !note.is_empty() {
            sheet.write(row, 3, note).unwrap();
        }
        sheet.write(row, 4, i % 2 == 0).unwrap();
        let ratio = match i % 11 {
            0 => Formula::new("=1/0").set_result("#DIV/0!"),
            _ => Formula::new("=C4/3").set_result((f64::from(i) / 3.0).to_string()),
        };
        sheet.write_formula(row, 5, ratio).unwrap();
        sheet.write_with_format(row, 6, &seen, &when).unwrap();
        sheet.write_with_format(row, 7, 1.25 + f64::from(i) / 24.0, &span).unwrap();
        sheet.write(row, 8, "7").unwrap();
    }
    sheet.write_formula(63, 3, Formula::new("=\"a\"&\"b\"").set_result("ab")).unwrap();
    book.save_to_buffer().unwrap()
}

const XLS: &[u8] = include_bytes!("fixtures/orders.xls");
const ODS: &[u8] = include_bytes!("fixtures/orders.ods");

// What others write is read as others read it.

/// A cell as another reader sees it, as text.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::DateTimeIso(text) => text.replace('T', " "),
        Data::DurationIso(text) => text.replace("PT", "").replace(['H', 'M'], ":").replace('S', ""),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string().to_uppercase(),
        Data::Error(error) => error.to_string(),
        Data::DateTime(date) if date.is_duration() => {
            let seconds = (date.as_f64() * 86_400.0).round() as u64;
            format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        Data::DateTime(date) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let time = format!(" {hour:02}:{minute:02}:{second:02}");
            format!("{year:04}-{month:02}-{day:02}{}", if time == " 00:00:00" { "" } else { &time })
        }
    }
}

/// Every cell of the rows of a sheet, some at its top aside, is what calamine reads there; says how many cells.
fn agrees_with_calamine<R: Reader<Cursor<Vec<u8>>>>(bytes: &[u8], sheet: &str) -> usize {
    let mut book = R::new(Cursor::new(bytes.to_vec())).map_err(|_| "calamine").unwrap();
    let theirs = book.worksheet_range(sheet).map_err(|_| "calamine").unwrap();
    let told =
        Told { sheet: Some(sheet.to_owned()), header: Some(false), skip_lines: Some(0), ..Told::default() };
    let ours = ingest::read_as(bytes, usize::MAX, &told, None).unwrap().preview;
    // Rows without cells are not in our preview; the sheets here begin in the first column.
    let filled = |row: &&[Data]| row.iter().any(|c| *c != Data::Empty);
    let rows: Vec<&[Data]> = theirs.rows().filter(filled).collect();
    let same = |our: &Vec<String>, their: &[Data]| {
        their.iter().enumerate().all(|(i, cell)| {
            let expected = shown(cell).replace("\r\n", " ").replace(['\n', '\t'], " ");
            let found = our.get(i).map_or("", String::as_str);
            let numbers = found.parse::<f64>().ok().zip(expected.parse::<f64>().ok());
            found.trim() == expected.trim() || numbers.is_some_and(|(a, b)| a == b)
        })
    };
    let top = (0..rows.len()).find(|&i| same(&ours[0], rows[i])).unwrap_or(0);
    assert!(
        top <= 2 && ours.len() == (rows.len() - top).min(4000),
        "{sheet}: {:?} of {} rows {:?}",
        ours[0],
        rows.len(),
        rows.get(2)
    );
    for (our, their) in ours.iter().zip(&rows[top..]) {
        assert!(same(our, their), "{sheet}: {our:?} for {their:?}");
    }
    ours.len() * rows[0].len()
}

#[test]
fn cells_are_those_another_reader_sees() {
    use calamine::{Ods, Xls, Xlsx};
    let xlsx = orders();
    for sheet in ["Orders 订单", "Read me", "Old"] {
        let n = agrees_with_calamine::<Xlsx<_>>(&xlsx, sheet);
        assert_eq!(n, agrees_with_calamine::<Xls<_>>(XLS, sheet));
        assert!(n > 0 && agrees_with_calamine::<Ods<_>>(ODS, sheet) > 0);
    }
    if let Some(bytes) = data("telco/Telco_customer_churn.xlsx") {
        assert_eq!(agrees_with_calamine::<Xlsx<_>>(&bytes, "Telco_Churn"), 4000 * 33);
    }
}

#[test]
fn the_same_orders_from_each_kind_of_workbook() {
    let files = [(orders(), Format::Xlsx), (XLS.to_vec(), Format::Xls), (ODS.to_vec(), Format::Ods)];
    let mut all = Vec::new();
    for (bytes, format) in &files {
        let seen = ingest::read(&bytes[..], 100).unwrap();
        assert_eq!(
            (seen.format, seen.sheet.as_deref(), seen.lines_before),
            (*format, Some("Orders 订单"), 2)
        );
        let names: Vec<(&str, bool)> = seen.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
        assert_eq!(names, [("Read me", false), ("Orders 订单", false), ("Old", true)]);
        assert_eq!((seen.encoding.as_str(), seen.dialect.delimiter), ("UTF-8", Delimiter::Tab));
        assert!(seen.proposal.certain);
        let loaded = load(bytes).unwrap();
        let quality = &loaded.quality;
        assert_eq!((quality.format, quality.sheet.as_deref()), (*format, Some("Orders 订单")));
        // The last row has neither customer nor date; it is row 64 for whoever opens the sheet.
        assert_eq!((quality.rows_read, quality.rows_used), (61, 60));
        assert_eq!(quality.issues[0].line, 64);
        all.push(loaded.dataset);
    }
    assert!(all[0] == all[1] && all[0] == all[2]);
    let Dataset::Transactions(ledger) = &all[0] else { panic!("transactions") };
    assert_eq!(ledger.day.len(), 60);
    let told = read_sheet(&files[0].0, "Old").unwrap();
    assert_eq!((told.columns, told.preview.len()), (vec!["customer".to_owned(), "amount".to_owned()], 20));
    match read_sheet(XLS, "No such") {
        Err(Error::NoSheet { name, sheets }) => assert_eq!((name.as_str(), sheets.len()), ("No such", 3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_real_workbook_gives_what_its_text_gives() {
    let Some(workbook) = data("telco/Telco_customer_churn.xlsx") else { return };
    let (seen, time, memory) = measured(|| ingest::read(&workbook[..], 5).unwrap());
    println!("telco XLSX, {} bytes: read in {time:?} with {} MB", workbook.len(), memory >> 20);
    assert!(seen.proposal.certain);
    assert_eq!((seen.sheets[0].name.as_str(), seen.sheets[0].rows), ("Telco_Churn", Some(7044)));
    let (loaded, time, memory) = measured(|| load(&workbook).unwrap());
    println!("telco XLSX: read and loaded in {time:?} with {} MB", memory >> 20);
    let Dataset::Contracts(contracts) = &loaded.dataset else { panic!("contracts") };
    assert_eq!((contracts.tenure_months.len(), loaded.quality.rows_set_aside), (7043, 0));
    assert_eq!(contracts.churned.iter().filter(|c| **c).count(), 1869);
    let reasons = contracts.reason.as_ref().unwrap();
    let named = reasons.names.iter().filter(|n| !n.is_empty()).count();
    assert_eq!(named, 20);
    let table = ingest::table(&workbook[..], usize::MAX).unwrap();
    let column = |name: &str| table.columns.iter().position(|c| c == name).unwrap();
    let (reason, value) = (column("Churn Reason"), column("CLTV"));
    assert_eq!(table.rows.iter().filter(|r| !r[reason].is_empty()).count(), 1869);
    let values: Vec<f64> = table.rows.iter().map(|r| r[value].parse().unwrap()).collect();
    assert!((values.iter().sum::<f64>() / values.len() as f64 - 4400.2958).abs() < 5e-5);
    let Some(text) = data("telco/Telco-Customer-Churn.csv") else { return };
    let Dataset::Contracts(other) = load(&text).unwrap().dataset else { panic!("contracts") };
    // Both are sorted by customer.
    assert!(contracts.customers == other.customers);
    assert!(contracts.tenure_months == other.tenure_months && contracts.churned == other.churned);
    assert!(contracts.monthly_charge == other.monthly_charge && contracts.total_charge == other.total_charge);
}

#[test]
fn packed_text_is_read_as_the_text_itself() {
    let Some(text) = data("cdnow/CDNOW_master.txt") else { return };
    let plain_text = load(&text).unwrap();
    let (one, two) = text.split_at(text.len() / 3);
    let members = [gzip(one), gzip(two)].concat();
    let files = [plain("__MACOSX/._a.csv", b"x"), plain("read me.md", b"hello"), plain("a/cdnow.txt", &text)];
    for (name, packed, format, sheet) in [
        ("gzip", gzip(&text), Format::Gzip, None),
        ("gzip of two members", members, Format::Gzip, None),
        ("zip", zip_of(&files, 6), Format::Zip, Some("a/cdnow.txt")),
        ("stored zip", zip_of(&files, 0), Format::Zip, Some("a/cdnow.txt")),
        ("gzip in zip", zip_of(&[plain("x.gz", &gzip(&text))], 6), Format::Gzip, None),
    ] {
        let (loaded, time, memory) = measured(|| load(&packed).unwrap());
        println!("CDNOW as {name}: read and loaded in {time:?} with {} MB", memory >> 20);
        assert!(loaded.dataset == plain_text.dataset, "{name}");
        let quality = &loaded.quality;
        assert_eq!((quality.format, quality.sheet.as_deref()), (format, sheet), "{name}");
        let mut same = quality.clone();
        (same.format, same.sheet) = (Format::Text, None);
        assert!(same == plain_text.quality, "{name}");
    }
}

#[test]
fn files_of_an_archive_can_be_chosen() {
    let (small, large) = ("customer,amount\na,1\n", "customer,date,amount\na,2024-01-01,5\nb,2024-01-02,6\n");
    let orders = orders();
    let text = [plain("s.csv", small.as_bytes()), plain("l.csv", large.as_bytes()), plain("x.bin", b"\0\0")];
    let seen = ingest::read(&zip_of(&text, 6)[..], 5).unwrap();
    assert_eq!((seen.sheet.as_deref(), seen.columns.len(), seen.sheets.len()), (Some("l.csv"), 3, 2));
    let told = read_sheet(&zip_of(&text, 6), "s.csv").unwrap();
    assert_eq!((told.sheet.as_deref(), told.columns.len()), (Some("s.csv"), 2));
    assert!(matches!(read_sheet(&zip_of(&text, 6), "x.bin"), Err(Error::NoSheet { .. })));
    // A workbook in an archive, and in gzip.
    let beside = zip_of(&[plain("o.xlsx", &orders), plain("n.csv", b"a,b\n1,2\n")], 6);
    for packed in
        [zip_of(&[plain("o.xlsx", &orders), plain("n.md", b"n")], 6), beside, gzip(&orders), gzip(XLS)]
    {
        let seen = ingest::read(&packed[..], 5).unwrap();
        assert_eq!(seen.sheet.as_deref(), Some("Orders 订单"));
        assert_eq!(read_sheet(&packed, "Old").unwrap().columns, ["customer", "amount"]);
    }
    let nested = gzip(&gzip(&gzip(large.as_bytes())));
    assert!(matches!(ingest::read(&nested[..], 5), Err(Error::TooDense { excess: Excess::Nesting, .. })));
    assert!(matches!(ingest::read(&zip_of(&[], 6)[..], 5), Err(Error::NoTable { .. })));
    let pictures = [plain("a.png", b"1"), plain("b.png", b"2")];
    assert!(matches!(ingest::read(&zip_of(&pictures, 6)[..], 5), Err(Error::NoTable { .. })));
    let mut tar = vec![b'x'; 600];
    tar[257..262].copy_from_slice(b"ustar");
    let in_gzip = ingest::read(&gzip(&tar)[..], 5);
    assert!(matches!(in_gzip, Err(Error::Unreadable { looks_like: Format::Archive, .. })));
    let links = RELATIONS.replace("xl/workbook", "word/document");
    let document = [plain("_rels/.rels", links.as_bytes()), plain("word/document.xml", b"<d/>")];
    let document = ingest::read(&zip_of(&document, 6)[..], 5);
    assert!(matches!(document, Err(Error::Unreadable { looks_like: Format::Document, .. })));
}

#[test]
fn the_sheet_that_is_a_table_is_taken() {
    let table = |n: u32| {
        let cell =
            |place: &str, r: u32, text: &str| format!("<c r=\"{place}{r}\" t=\"str\"><v>{text}</v></c>");
        let row = |r: u32, cells: [&str; 3]| {
            let cells = ["A", "B", "C"]
                .iter()
                .zip(cells)
                .map(|(place, text)| cell(place, r, text))
                .collect::<String>();
            format!("<row r=\"{r}\">{cells}</row>")
        };
        let rows: String = (2..n + 2).map(|r| row(r, ["c", "2024-01-05", "5"])).collect();
        format!("<sheetData>{}{rows}</sheetData>", row(1, ["customer", "date", "amount"]))
    };
    let figures = "<sheetData>".to_owned()
        + &(1..150)
            .map(|r| format!("<row r=\"{r}\"><c r=\"A{r}\"><v>{r}</v></c><c r=\"B{r}\"><v>1</v></c></row>"))
            .collect::<String>()
        + "</sheetData>";
    let (large, small, damaged) = (table(90), table(20), "<sheetData><row><c></row>".to_owned());
    for (sheets, taken) in [
        (vec![("figures", &figures), ("small", &small), ("large", &large)], "large"),
        (vec![("large", &large), ("again", &large)], "large"),
        (vec![("damaged", &damaged), ("small", &small)], "small"),
    ] {
        let sheets: Vec<(&str, &str)> =
            sheets.iter().map(|(name, content)| (*name, content.as_str())).collect();
        let bytes = pack(&parts("", "", "", &sheets), 6);
        assert_eq!(ingest::read(&bytes[..], 5).unwrap().sheet.as_deref(), Some(taken));
        // What cannot be read is said where it is asked for.
        if taken == "small" {
            assert!(matches!(read_sheet(&bytes, "damaged"), Err(Error::Broken { .. })));
        }
    }
    // Without any shown, a hidden one will do.
    let mut hidden = parts("", "", "", &[("empty", "<sheetData/>"), ("small", &small)]);
    hidden[1].1 = hidden[1].1.replace("name=\"small\"", "name=\"small\" state=\"veryHidden\"");
    assert_eq!(ingest::read(&pack(&hidden, 6)[..], 5), Err(Error::Empty));
    let told = read_sheet(&pack(&hidden, 6), "small").unwrap();
    assert_eq!((told.preview.len(), told.sheets[1].hidden), (20, true));
}

#[test]
fn every_way_of_writing_a_cell() {
    // Dates count from 1904; texts have runs, reading aids, escapes and entities; places may be left out.
    let styles = "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy/m/d;@\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/>\
        </cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs>";
    let texts = "<si><t>customer</t></si><si><r><t>order </t></r><r><rPr/><t>date</t></r><rPh><t>aid</t></rPh></si>\
        <si><t xml:space=\"preserve\">a &amp; b_x000D_&#20013;</t></si>";
    let rows = "<dimension ref=\"A1:F4\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>\
        <c r=\"C1\" t=\"inlineStr\"><is><t>amount</t></is></c><c r=\"D1\" t=\"str\"><f>x</f><v>flag</v></c><c r=\"E1\" s=\"1\"/></row>\
        <row><c t=\"s\"><v>2</v></c><c s=\"1\"><v>43830</v></c><c><v>1e3</v></c><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row>\
        <row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>c</t></is></c><c r=\"B4\" s=\"2\"><v>43831.5</v></c>\
        <c r=\"C4\"><v>29.850000000000001</v></c><c r=\"D4\" t=\"b\"><v>0</v></c><c r=\"F4\" t=\"d\"><v>2024-01-05T00:00:00Z</v></c></row>\
        </sheetData>";
    let all = parts("<workbookPr date1904=\"1\"/>", styles, texts, &[("S &lt;1&gt;", rows)]);
    let prefixed: Vec<(String, String)> = all
        .iter()
        .map(|(name, xml)| {
            (name.to_uppercase(), xml.replace("</", "</x:").replace('<', "<x:").replace("<x:/x:", "</x:"))
        })
        .collect();
    for parts in [all, prefixed] {
        let seen = ingest::read(&pack(&parts, 6)[..], 5).unwrap();
        assert_eq!((seen.sheets[0].name.as_str(), seen.sheets[0].rows), ("S <1>", Some(4)));
        assert_eq!(seen.columns[..4], ["customer", "order date", "amount", "flag"]);
        assert_eq!(seen.preview[0][..5], ["a & b 中", "2024-01-01", "1000", "TRUE", "#N/A"]);
        assert_eq!(seen.preview[1][..6], ["c", "2024-01-02 12:00:00", "29.85", "FALSE", "", "2024-01-05"]);
    }
}

#[test]
fn names_over_several_rows_with_merged_cells() {
    let mut book = Workbook::new();
    let (sheet, plain) = (book.add_worksheet(), CellFormat::new());
    sheet.merge_range(0, 0, 0, 5, "All sales of the year", &plain).unwrap();
    // Merged downwards, to the right, to the right, downwards.
    sheet.merge_range(2, 0, 3, 0, "Customer", &plain).unwrap();
    sheet.merge_range(2, 1, 2, 2, "Order", &plain).unwrap();
    sheet.merge_range(2, 3, 2, 4, "Shop", &plain).unwrap();
    sheet.merge_range(2, 5, 3, 5, "Amount", &plain).unwrap();
    for (column, name) in [(1, "No"), (2, "Date"), (3, "City"), (4, "Region")] {
        sheet.write(3, column, name).unwrap();
    }
    for i in 0..20_u32 {
        sheet.write(4 + i, 0, format!("C{i}")).unwrap();
        sheet.write(4 + i, 1, 100 + i).unwrap();
        sheet.write(4 + i, 2, format!("2024-02-{:02}", i + 1)).unwrap();
        sheet.write(4 + i, 3, "Ulm").unwrap();
        sheet.write(4 + i, 4, "South").unwrap();
        sheet.write(4 + i, 5, f64::from(i) + 0.5).unwrap();
    }
    let seen = ingest::read(&book.save_to_buffer().unwrap()[..], 100).unwrap();
    assert_eq!(seen.columns, ["Customer", "Order No", "Order Date", "Shop City", "Shop Region", "Amount"]);
    assert_eq!(seen.preview.len(), 20);
    assert!(seen.proposal.certain);
}

#[test]
fn blank_rows_keep_the_numbers_of_rows() {
    let cells = |r: u32, c: &str| {
        format!(
            "<row r=\"{r}\"><c r=\"A{r}\" t=\"inlineStr\"><is><t>{c}</t></is></c><c r=\"B{r}\" t=\"inlineStr\"><is><t>2024-01-05</t></is></c><c r=\"C{r}\"><v>5</v></c></row>"
        )
    };
    let head = "<row r=\"3\"><c r=\"A3\" t=\"str\"><v>customer</v></c><c r=\"B3\" t=\"str\"><v>date</v></c><c r=\"C3\" t=\"str\"><v>amount</v></c></row>";
    let rows: String = (4..8).chain(10..30).map(|r| cells(r, "a")).collect();
    let loaded = load(&workbook(&format!("{head}{rows}{}", cells(31, "")))).unwrap();
    assert_eq!((loaded.quality.rows_read, loaded.quality.rows_used), (25, 24));
    assert_eq!(loaded.quality.issues[0].line, 31);
}

#[test]
fn json_gives_what_the_same_rows_as_text_give() {
    let (mut csv, mut lines) = ("customer,date,amount,note\n".to_owned(), String::new());
    for i in 0..500 {
        let (who, day, amount) = (i % 37, 1 + i % 28, i * 7 % 101);
        csv += &format!("c{who},2024-03-{day:02},{amount}.50,n{i}\n");
        lines += &format!(
            "{{\"customer\":\"c{who}\",\"date\":\"2024-03-{day:02}\",\"amount\":{amount}.50,\"note\":\"n{i}\"}}\n"
        );
    }
    let text = load(csv.as_bytes()).unwrap();
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    for json in [lines.clone(), array.clone(), format!("{{\"status\":\"ok\",\"data\":{array}}}")] {
        for file in [json.clone().into_bytes(), gzip(json.as_bytes())] {
            let loaded = load(&file).unwrap();
            assert!(loaded.dataset == text.dataset);
            assert_eq!((loaded.quality.format, loaded.quality.rows_used), (Format::Json, 500));
        }
    }
    let broken = lines.replacen("n250\"", "n250", 1);
    assert!(matches!(load(broken.as_bytes()), Err(Error::Broken { format: Format::Json, line: 251, .. })));
    // A table of text stays one, whatever it begins with.
    let csv = "[customer],[date],[amount]\na,2024-01-01,5\nb,2024-01-02,6\n";
    assert_eq!(load(csv.as_bytes()).unwrap().quality.format, Format::Text);
}

// Files of records, made here.

/// A record of XLSB.
fn xlsb(id: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![id as u8];
    if id > 0x7f {
        out = vec![(id & 0x7f) as u8 | 0x80, (id >> 7) as u8];
    }
    let mut length = data.len();
    loop {
        out.push((length & 0x7f) as u8 | if length > 0x7f { 0x80 } else { 0 });
        length >>= 7;
        if length == 0 {
            break;
        }
    }
    out.extend(data);
    out
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = (units.len() as u32).to_le_bytes().to_vec();
    out.extend(units.into_iter().flat_map(u16::to_le_bytes));
    out
}

/// The parts of an XLSB workbook with the orders of three customers.
fn xlsb_parts() -> Vec<(String, Vec<u8>)> {
    let cell = |id: u32, column: u32, style: u32, value: &[u8]| {
        xlsb(id, &[&column.to_le_bytes()[..], &style.to_le_bytes(), value].concat())
    };
    let row = |r: u32| xlsb(0, &[&r.to_le_bytes()[..], &[0; 13]].concat());
    let mut cells = [
        xlsb(0x81, &[]),
        xlsb(0x94, &[[0_u32, 4, 0, 5].map(u32::to_le_bytes).concat()].concat()),
        xlsb(0x91, &[]),
    ]
    .concat();
    cells.extend(row(1));
    for (column, text) in [(0, 0_u32), (1, 1), (2, 2)] {
        cells.extend(cell(7, column, 0, &text.to_le_bytes()));
    }
    cells.extend(cell(6, 3, 0, &wide("note")));
    cells.extend(cell(6, 4, 0, &wide("flag")));
    for r in 2..5_u32 {
        cells.extend(row(r));
        cells.extend(cell(8, 0, 0, &[wide(&format!("客{r}")), vec![0; 8]].concat()));
        cells.extend(cell(2, 1, 1, &(((45_292 + r) << 2) | 2).to_le_bytes()));
        cells.extend(cell(5, 2, 0, &(f64::from(r) + 0.25).to_le_bytes()));
        cells.extend(cell(1, 3, 0, &[]));
        cells.extend(cell(if r == 2 { 3 } else { 4 }, 4, 0, &[if r == 2 { 0x2a } else { 1 }]));
    }
    cells.extend(xlsb(0x92, &[]));
    let strings: Vec<u8> = ["customer", "date", "amount"]
        .iter()
        .flat_map(|t| xlsb(0x13, &[vec![0], wide(t)].concat()))
        .collect();
    let styles = [
        xlsb(0x2c, &[170_u16.to_le_bytes().to_vec(), wide("yyyy\\-mm\\-dd")].concat()),
        xlsb(0x269, &2_u32.to_le_bytes()),
        xlsb(0x2f, &[0; 16]),
        xlsb(0x2f, &[&[0, 0][..], &170_u16.to_le_bytes(), &[0; 12]].concat()),
        xlsb(0x26a, &[]),
    ]
    .concat();
    let workbook = [
        xlsb(0x83, &[]),
        xlsb(0x99, &[0; 12]),
        xlsb(0x9c, &[&[0_u8; 4][..], &[1, 0, 0, 0], &wide("s0"), &wide("Orders")].concat()),
    ]
    .concat();
    let links = parts("", "", "", &[("Orders", "")]).swap_remove(2).1.replace(".xml", ".bin");
    vec![
        ("_rels/.rels".into(), RELATIONS.replace(".xml", ".bin").into_bytes()),
        ("xl/workbook.bin".into(), workbook),
        ("xl/_rels/workbook.bin.rels".into(), links.into_bytes()),
        ("xl/styles.bin".into(), styles),
        ("xl/sharedStrings.bin".into(), strings),
        ("xl/worksheets/0.bin".into(), cells),
    ]
}

fn pack_bytes(parts: &[(String, Vec<u8>)], level: u32) -> Vec<u8> {
    let files: Vec<Packed<'_>> = parts.iter().map(|(name, content)| plain(name, content)).collect();
    zip_of(&files, level)
}

#[test]
fn a_workbook_of_records() {
    let bytes = pack_bytes(&xlsb_parts(), 6);
    let seen = ingest::read(&bytes[..], 5).unwrap();
    assert_eq!((seen.format, seen.sheet.as_deref()), (Format::Xlsb, Some("Orders")));
    assert_eq!(seen.columns, ["customer", "date", "amount", "note", "flag"]);
    assert_eq!(seen.preview[0], ["客2", "2024-01-03", "2.25", "", "#N/A"]);
    assert_eq!(seen.preview[2], ["客4", "2024-01-05", "4.25", "", "TRUE"]);
    assert_eq!(seen.sheets[0].rows, Some(5));
}

/// A compound file of streams, each of which is made at least 4,096 bytes long.
fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let sectors = |bytes: &[u8]| bytes.len().max(4096).div_ceil(512);
    let n: usize = streams.iter().map(|(_, bytes)| sectors(bytes)).sum();
    let n_tables = (n + 2).div_ceil(127);
    let (mut next, mut content, mut directory) = (vec![0xffff_fffd_u32; n_tables], Vec::new(), Vec::new());
    next.push(0xffff_fffe);
    let mut entry = |name: &str, kind: u8, start: u32, size: u32| {
        let mut out = vec![0; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        out[..units.len()].copy_from_slice(&units);
        out[64] = units.len() as u8 + 2;
        out[66] = kind;
        out[116..120].copy_from_slice(&start.to_le_bytes());
        out[120..124].copy_from_slice(&size.to_le_bytes());
        directory.extend(out);
    };
    entry("Root Entry", 5, 0xffff_fffe, 0);
    for (name, bytes) in streams {
        let (first, length) = (next.len(), sectors(bytes));
        next.extend((1..length).map(|i| (first + i) as u32));
        next.push(0xffff_fffe);
        let mut bytes = bytes.clone();
        bytes.resize(length * 512, 0);
        entry(name, 2, first as u32, bytes.len() as u32);
        content.extend(bytes);
    }
    directory.resize(512, 0);
    next.resize(n_tables * 128, 0xffff_ffff);
    let mut out = vec![0; 512];
    out[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    (out[26], out[30], out[32]) = (3, 9, 6);
    out[44] = n_tables as u8;
    out[48..52].copy_from_slice(&(n_tables as u32).to_le_bytes());
    out[56..60].copy_from_slice(&4096_u32.to_le_bytes());
    out[60..64].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    out[68..72].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    for i in 0..109 {
        let table = if i < n_tables { i as u32 } else { u32::MAX };
        out[76 + 4 * i..80 + 4 * i].copy_from_slice(&table.to_le_bytes());
    }
    out.extend(next.into_iter().flat_map(u32::to_le_bytes));
    out.extend(directory);
    out.extend(content);
    out
}

/// A record of XLS.
fn biff(id: u16, data: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// The stream of a workbook of Excel 95 in the code page of simplified Chinese.
fn biff5(more: &[u8], rows: u16) -> Vec<u8> {
    let sheet_name = encoding_rs::GBK.encode("订单").0.into_owned();
    let label = |row: u16, column: u16, text: &str| {
        let text = encoding_rs::GBK.encode(text).0.into_owned();
        let mut data = [row, column, 0, text.len() as u16].map(u16::to_le_bytes).concat();
        data.extend(text);
        biff(0x204, &data)
    };
    let sheet_at = |at: u32| {
        let name = [&[sheet_name.len() as u8][..], &sheet_name].concat();
        biff(0x85, &[&at.to_le_bytes()[..], &[0, 0], &name].concat())
    };
    let start = [
        biff(0x809, &[0, 5, 5, 0]),
        more.to_vec(),
        biff(0x42, &936_u16.to_le_bytes()),
        biff(0x22, &[1, 0]),
        biff(0xe0, &[0; 16]),
        biff(0xe0, &[&[0, 0, 14, 0][..], &[0; 12]].concat()),
    ]
    .concat();
    let at = start.len() + sheet_at(0).len() + 4;
    let mut out = [start, sheet_at(at as u32), biff(0x0a, &[])].concat();
    out.extend(biff(0x809, &[0, 5, 0x10, 0]));
    for (column, name) in ["客户", "日期", "金额", "备注"].iter().enumerate() {
        out.extend(label(0, column as u16, name));
    }
    for row in 1..=rows {
        out.extend(label(row, 0, &format!("张{row}")));
        let number = |column: u16, style: u16, value: f64| {
            let mut data = [row, column, style].map(u16::to_le_bytes).concat();
            data.extend(value.to_le_bytes());
            biff(0x203, &data)
        };
        out.extend(number(1, 1, f64::from(row) + 43_830.0));
        let packed =
            [[row, 2, 0].map(u16::to_le_bytes).concat(), ((u32::from(row) * 400) | 3).to_le_bytes().to_vec()];
        out.extend(biff(0x27e, &packed.concat()));
        // A formula whose text comes behind it.
        let formula =
            [[row, 3, 0].map(u16::to_le_bytes).concat(), vec![0, 0, 0, 0, 0, 0, 0xff, 0xff], vec![0; 8]];
        out.extend(biff(0x06, &formula.concat()));
        out.extend(biff(0x207, &[&[2, 0][..], b"ok"].concat()));
    }
    out.extend(biff(0x0a, &[]));
    out
}

#[test]
fn a_workbook_of_excel_95() {
    let seen = ingest::read(&compound(&[("Book", biff5(&[], 3))])[..], 5).unwrap();
    assert_eq!((seen.format, seen.sheet.as_deref()), (Format::Xls, Some("订单")));
    assert_eq!(seen.columns, ["客户", "日期", "金额", "备注"]);
    assert_eq!(seen.preview[0], ["张1", "2024-01-02", "1", "ok"]);
    assert_eq!(seen.preview[2], ["张3", "2024-01-04", "3", "ok"]);
}

// What is unpacked once, and how far it is.

/// Bytes that count how many of them are read.
struct Counted<'b> {
    bytes: &'b [u8],
    n_read: Cell<u64>,
}

impl Source for Counted<'_> {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read_at(offset, into)?;
        self.n_read.set(self.n_read.get() + n as u64);
        Ok(n)
    }
}

/// The same orders in everything that is unpacked; none of them packs well.
fn many_orders() -> Vec<(&'static str, Vec<u8>)> {
    let (mut csv, mut json, mut rows) = ("customer,date,amount\n".to_owned(), String::new(), String::new());
    rows += "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>customer</v></c><c r=\"B1\" t=\"str\"><v>date</v></c><c r=\"C1\" t=\"str\"><v>amount</v></c></row>";
    let mut ods = rows.replace("<row r=\"1\">", "<table-row>").replace("</row>", "</table-row>");
    for name in ["A", "B", "C"] {
        ods = ods.replace(&format!("<c r=\"{name}1\" t=\"str\"><v>"), "<table-cell><p>");
    }
    ods = ods.replace("</v></c>", "</p></table-cell>");
    let mut numbers = Numbers(3);
    for i in 0..30_000 {
        let (r, customer, day) = (i + 2, numbers.below(1 << 40), numbers.below(28) + 1);
        let amount = numbers.below(1 << 40);
        csv += &format!("{customer:x},2024-01-{day:02},{amount}\n");
        json +=
            &format!("{{\"customer\":\"{customer:x}\",\"date\":\"2024-01-{day:02}\",\"amount\":{amount}}}\n");
        rows += &format!(
            "<row r=\"{r}\"><c r=\"A{r}\" t=\"str\"><v>{customer:x}</v></c><c r=\"B{r}\" t=\"str\"><v>2024-01-{day:02}</v></c><c r=\"C{r}\"><v>{amount}</v></c></row>"
        );
        ods += &format!(
            "<table-row><table-cell><p>{customer:x}</p></table-cell><table-cell><p>2024-01-{day:02}</p></table-cell><table-cell><p>{amount}</p></table-cell></table-row>"
        );
    }
    let content = format!("<d><table name=\"S\">{ods}</table></d>");
    let sheet = b"application/vnd.oasis.opendocument.spreadsheet";
    let book = workbook(&rows);
    vec![
        ("gzip of xlsx", gzip(&book)),
        ("zip of xlsx", zip_of(&[plain("a.xlsx", &book)], 0)),
        ("xlsx", book),
        ("ods", zip_of(&[plain("mimetype", sheet), plain("content.xml", content.as_bytes())], 6)),
        ("xls", compound(&[("Book", biff5(&[], 30_000))])),
        ("gzip of json", gzip(json.as_bytes())),
        ("json", json.into_bytes()),
        ("gzip of text", gzip(csv.as_bytes())),
        ("zip of text", zip_of(&[plain("a.csv", csv.as_bytes()), plain("b.md", b"notes")], 6)),
        ("text", csv.into_bytes()),
    ]
}

fn look<'a>(
    source: &'a dyn Source,
    progress: &mut ingest::Progress<'_>,
) -> Result<(TableSet<'a>, Mapping), Error> {
    let set = TableSet::look(&[Named { name: "a", source }], 5, &Told::default(), None, progress)?;
    let mapping = Mapping { told: set.table.told.clone(), ..Mapping::from(&set.table.proposal) };
    Ok((set, mapping))
}

#[test]
fn nothing_is_unpacked_twice() {
    let mut files = many_orders();
    // Of several sheets, each is kept.
    files.push(("orders and a note", orders()));
    for (name, bytes) in &files {
        let source = Counted { bytes, n_read: Cell::new(0) };
        let (set, mapping) = look(&source, &mut ingest::silent).unwrap();
        let load = || {
            source.n_read.set(0);
            let loaded = set.load(&mapping, &Options::default(), &mut ingest::silent).unwrap();
            (loaded, source.n_read.get())
        };
        let (loaded, n_read) = load();
        assert!(loaded.quality.rows_used >= 60, "{name}");
        // A packed text begins with what tells that it is one, and text is read from where it is.
        let is_text = name.ends_with("text");
        let most = if is_text { 2 * (1 << 20) } else { 0 };
        assert!(n_read <= most || *name == "text", "{name}: {n_read} of {} bytes", bytes.len());
        let (again, n_read) = load();
        assert!(n_read as usize > bytes.len() / 2, "{name}: what was kept is gone, {n_read} bytes");
        assert!(again == loaded, "{name}");
    }
}

#[test]
fn another_sheet_than_the_one_kept_is_unpacked() {
    let orders = orders();
    let (set, mapping) = look(&orders, &mut ingest::silent).unwrap();
    let told = Told { sheet: Some("Old".to_owned()), ..Told::default() };
    let seen = ingest::read_as(&orders, 5, &told, None).unwrap();
    let other = Mapping { told, ..Mapping::from(&seen.proposal) };
    assert!(mapping.told.sheet.is_none() && set.table.sheet.as_deref() == Some("Orders 订单"));
    assert_eq!(
        set.load(&other, &Options::default(), &mut ingest::silent).map(|l| l.quality.sheet),
        ingest::load(&orders, &other, &Options::default(), &mut ingest::silent).map(|l| l.quality.sheet)
    );
}

#[test]
fn unpacking_tells_how_far_it_is_and_can_be_stopped() {
    for (name, bytes) in many_orders() {
        let size = bytes.len() as u64;
        // The first time to its end, then until the given call.
        let run = |stop_at: usize| {
            let mut told = Vec::new();
            let mut note = |done, total| {
                told.push((done, total));
                if told.len() == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let looked = look(&bytes, &mut note).map(|_| ());
            let n_look = told.len();
            (looked, n_look, told)
        };
        let (looked, n, told) = run(0);
        assert_eq!((looked, told[0], told[n - 1]), (Ok(()), (0, size), (size, size)), "{name}");
        assert!(told.is_sorted() && told.iter().all(|(_, total)| *total == size), "{name}: {told:?}");
        let distinct = told.chunk_by(|a, b| a == b).count();
        let expected = if name == "text" { 2 } else { 10 };
        assert!(distinct >= expected, "{name}: {distinct} of {n}");
        for stop_at in [1, 2, n / 3, n / 2, n - 1, n] {
            let (looked, n, told) = run(stop_at.max(1));
            let Some(&(bytes_done, _)) = told.last() else { panic!("{name}") };
            assert_eq!((looked, n), (Err(Error::Aborted { bytes_done }), stop_at.max(1)), "{name}");
        }
        // The same of a reading without a look before it.
        let mapping = look(&bytes, &mut ingest::silent).unwrap().1;
        let mut told = Vec::new();
        let mut note = |done, total| {
            told.push((done, total));
            ControlFlow::Continue(())
        };
        ingest::load(&bytes, &mapping, &Options::default(), &mut note).unwrap();
        assert!(told.is_sorted() && told.last() == Some(&(size, size)), "{name}: {told:?}");
        let n_before = told.len() / 2;
        let mut n = 0;
        let mut stop = |_, _| {
            n += 1;
            if n < n_before { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let stopped = ingest::load(&bytes, &mapping, &Options::default(), &mut stop).map(|l| l.quality);
        let bytes_done = told[n_before - 1].0;
        assert_eq!((stopped, n), (Err(Error::Aborted { bytes_done }), n_before), "{name}");
    }
}

// What is not to be read.

#[test]
fn encrypted_files_are_named() {
    let package = compound(&[("EncryptionInfo", vec![1; 200]), ("EncryptedPackage", vec![7; 9000])]);
    let pass = compound(&[("Book", biff5(&biff(0x2f, &[0; 6]), 3))]);
    let entry = Packed { flags: 1, ..plain("a.csv", b"secret") };
    let manifest =
        "<manifest><file-entry full-path=\"content.xml\"><encryption-data/></file-entry></manifest>";
    let sheet = b"application/vnd.oasis.opendocument.spreadsheet";
    let ods = [
        plain("mimetype", sheet),
        plain("content.xml", b"\x91\x05"),
        plain("META-INF/manifest.xml", manifest.as_bytes()),
    ];
    for (bytes, format) in [
        (package, Format::Xlsx),
        (pass, Format::Xls),
        (zip_of(&[entry], 6), Format::Zip),
        (zip_of(&ods, 0), Format::Ods),
    ] {
        assert_eq!(ingest::read(&bytes[..], 5).unwrap_err(), Error::Encrypted { format });
    }
    let letter = compound(&[("WordDocument", vec![1; 5000])]);
    assert!(matches!(
        ingest::read(&letter[..], 5),
        Err(Error::Unreadable { looks_like: Format::Document, .. })
    ));
}

/// Bytes a refused file may make the reader hold.
const MEMORY: usize = 64 << 20;

/// Time it may take; ten times as long without optimisation on a busy machine.
const TIME: Duration = if cfg!(debug_assertions) { Duration::from_secs(10) } else { Duration::from_secs(1) };

fn refused(name: &str, bytes: &[u8]) -> Error {
    let (result, time, memory) = measured(|| load(bytes));
    let error = result.map(|loaded| loaded.quality).unwrap_err();
    println!("{name}: {} bytes refused in {time:?} with {} KB: {error}", bytes.len(), memory >> 10);
    assert!(memory <= MEMORY && time <= TIME, "{name}: {memory} bytes, {time:?}");
    error
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![b'0'; 512 << 20];
    let packed = gzip(&zeros);
    println!("bomb: {} KB for {} MB", packed.len() >> 10, zeros.len() >> 20);
    assert!(matches!(refused("gzip bomb", &packed), Error::TooDense { excess: Excess::Ratio, .. }));
    let honest = zip_of(&[plain("a.csv", &zeros)], 6);
    assert!(matches!(refused("zip bomb", &honest), Error::TooDense { excess: Excess::Ratio, .. }));
    let false_size = zip_of(&[Packed { says_size: Some(1000), ..plain("a.csv", &zeros) }], 6);
    assert!(matches!(refused("zip bomb with a false size", &false_size), Error::Broken { .. }));
    drop(zeros);
    let sheet =
        format!("<sheetData><row r=\"1\"><c r=\"A1\"><v>{}</v></c></row></sheetData>", "1".repeat(64 << 20));
    let long_cell = pack(&parts("", "", "", &[("S", &sheet)]), 6);
    assert!(matches!(refused("one cell of 64 MB", &long_cell), Error::TooDense { .. }));
    let names: Vec<String> = (0..10_000).map(|i| format!("{i}.csv")).collect();
    let files: Vec<Packed<'_>> = names.iter().map(|n| plain(n, b"a,b\n1,2\n")).collect();
    assert!(matches!(
        refused("10,000 files", &zip_of(&files, 0)),
        Error::TooDense { excess: Excess::Entries, .. }
    ));
    assert_eq!(ingest::read(&zip_of(&files[1..], 0)[..], 5).unwrap().sheets.len(), 9999);
}

#[test]
fn sheets_that_claim_more_than_they_hold() {
    let mut rows = String::new();
    for r in 1..=20_000 {
        rows += &format!("<row r=\"{r}\">{}</row>", "<c s=\"1\"/>".repeat(1000));
    }
    let empty = workbook(&rows);
    println!("20 million empty cells: {} KB", empty.len() >> 10);
    assert!(matches!(refused("20 million empty cells", &empty), Error::TooDense { .. }));
    // As they come of programs that do not pack well.
    let stored = pack(&parts("", "", "", &[("One", &format!("<sheetData>{rows}</sheetData>"))]), 0);
    drop(rows);
    let error = refused("20 million empty cells, stored", &stored);
    assert!(matches!(error, Error::TooDense { excess: Excess::EmptyCells, .. }));
    drop(stored);
    let corners = workbook(
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>",
    );
    let (seen, time, memory) = measured(|| ingest::read(&corners[..], 5).map(|t| t.columns.len()));
    println!("two cells in the corners: {seen:?} in {time:?} with {} KB", memory >> 10);
    assert!(memory < MEMORY && time < TIME);
    let diagonal: String =
        (1..=60_000).map(|r| format!("<row r=\"{r}\"><c r=\"XFD{r}\"><v>1</v></c></row>")).collect();
    assert!(matches!(
        refused("far cells", &workbook(&diagonal)),
        Error::TooDense { excess: Excess::Bytes, .. }
    ));
    let long = format!("<si><t>{}</t></si>", "x".repeat(32_000));
    let many: String =
        (1..=40_000).map(|r| format!("<row r=\"{r}\"><c r=\"A{r}\" t=\"s\"><v>0</v></c></row>")).collect();
    let shared = pack(&parts("", "", &long, &[("S", &format!("<sheetData>{many}</sheetData>"))]), 6);
    assert!(matches!(
        refused("one long text many times", &shared),
        Error::TooDense { excess: Excess::Bytes, .. }
    ));
    let count = pack(&parts("", "", "", &[("S", "<sheetData/>")]), 6);
    let texts = pack(
        &parts("", "", "<x count=\"4000000000\" uniqueCount=\"4000000000\"/>", &[("S", "<sheetData/>")]),
        6,
    );
    for bytes in [count, texts] {
        assert_eq!(refused("no cells", &bytes), Error::Empty);
    }
    let sheet = b"application/vnd.oasis.opendocument.spreadsheet";
    let content = |rows: &str| {
        let text = format!(
            "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><table:table table:name=\"S\">{rows}</table:table></office:document-content>"
        );
        zip_of(&[plain("mimetype", sheet), plain("content.xml", text.as_bytes())], 6)
    };
    let cell = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"><text:p>x</text:p></table:table-cell></table:table-row>";
    assert!(matches!(refused("a cell repeated everywhere", &content(cell)), Error::TooDense { .. }));
    let hollow = cell.replace("<text:p>x</text:p>", "");
    assert_eq!(refused("no cell repeated everywhere", &content(&hollow)), Error::Empty);
    let huge = cell.replace("1048576", "4294967295").replace("16384", "4294967295");
    assert!(matches!(refused("beyond any sheet", &content(&huge)), Error::TooDense { .. }));
}

/// A generator of numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Reads a damaged file; whatever comes of it, it is not much and not a panic. Says whether it was a table.
fn survives(bytes: &[u8]) -> bool {
    let (result, time, memory) = measured(|| load(bytes));
    assert!(time < TIME && memory < MEMORY, "{time:?}, {memory} bytes: {result:?}");
    result.is_ok()
}

#[test]
fn damaged_files_end_in_errors() {
    let json: String = (0..60)
        .map(|i| format!("{{\"customer\":\"c{i}\",\"date\":\"2024-01-05\",\"amount\":{i}}}\n"))
        .collect();
    let csv: String = (0..60).map(|i| format!("c{i},2024-01-05,{i}\n")).collect();
    let files = [
        ("xlsx", orders()),
        ("xls", XLS.to_vec()),
        ("ods", ODS.to_vec()),
        ("xls of Excel 95", compound(&[("Book", biff5(&[], 3))])),
        ("xlsb", pack_bytes(&xlsb_parts(), 6)),
        ("gzip", gzip(format!("customer,date,amount\n{csv}").as_bytes())),
        ("json", json.into_bytes()),
    ];
    let mut numbers = Numbers(42);
    let start = Instant::now();
    for (name, bytes) in &files {
        let (mut n_tables, n_cuts, n_flips) = (0, 150, 350);
        for i in 0..n_cuts {
            let cut = if i < 40 { bytes.len() - 1 - i } else { numbers.below(bytes.len()) };
            n_tables += usize::from(survives(&bytes[..cut]));
        }
        for _ in 0..n_flips {
            let mut damaged = bytes.clone();
            for _ in 0..=numbers.below(3) {
                let at = numbers.below(damaged.len());
                damaged[at] ^= 1 << numbers.below(8);
            }
            n_tables += usize::from(survives(&damaged));
        }
        println!("{name}: {n_tables} of {} damaged files are tables still", n_cuts + n_flips);
    }
    println!("damaged as they stand: {:?}", start.elapsed());
}

/// Checksums catch most damage of packed files; here they agree with the damage.
#[test]
fn damaged_parts_end_in_errors() {
    let styles = "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy-mm-dd\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/></cellXfs>";
    let texts = "<si><t>customer</t></si><si><t>date</t></si><si><t>amount &amp; more</t></si>";
    let mut rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>".to_owned();
    for r in 2..12 {
        rows += &format!(
            "<row r=\"{r}\"><c r=\"A{r}\" t=\"inlineStr\"><is><t>c{r}</t></is></c><c r=\"B{r}\" s=\"1\"><v>4529{r}</v></c><c r=\"C{r}\"><v>{r}.5</v></c></row>"
        );
    }
    let sheet = format!("<dimension ref=\"A1:C11\"/><sheetData>{rows}</sheetData>");
    let xlsx = parts("<workbookPr/>", styles, texts, &[("S", &sheet)]);
    let xlsx: Vec<(String, Vec<u8>)> =
        xlsx.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    let content = "<d><style name=\"h\"><table-properties display=\"false\"/></style><table name=\"S\" style-name=\"v\">\
        <table-row><table-cell value-type=\"string\"><p>customer</p></table-cell><table-cell><p>date</p></table-cell><table-cell><p>amount</p></table-cell></table-row>\
        <table-row number-rows-repeated=\"3\"><table-cell><p>a<s c=\"2\"/>b</p><annotation><p>n</p></annotation></table-cell><table-cell value-type=\"date\" date-value=\"2024-01-05\"><p>x</p></table-cell>\
        <table-cell value-type=\"float\" value=\"5.5\" number-columns-repeated=\"2\"><p>5</p></table-cell></table-row></table></d>";
    let ods = vec![
        ("mimetype".to_owned(), b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml".to_owned(), b"<manifest><file-entry/></manifest>".to_vec()),
        ("content.xml".to_owned(), content.as_bytes().to_vec()),
    ];
    let mut numbers = Numbers(7);
    let start = Instant::now();
    for (name, parts) in [("xlsx", xlsx), ("ods", ods), ("xlsb", xlsb_parts())] {
        assert!(survives(&pack_bytes(&parts, 0)), "{name}");
        let (mut n_tables, n) = (0, 1500);
        for _ in 0..n {
            let mut damaged = parts.clone();
            let i = numbers.below(damaged.len());
            let part = &mut damaged[i].1;
            match numbers.below(4) {
                0 => part.truncate(numbers.below(part.len())),
                1 => {
                    let at = numbers.below(part.len());
                    part.remove(at);
                }
                2 => {
                    let (from, to) = (numbers.below(part.len()), numbers.below(part.len()));
                    let piece = part[from..(from + 20).min(part.len())].to_vec();
                    part.splice(to..to, piece);
                }
                _ => {
                    let at = numbers.below(part.len());
                    part[at] = (numbers.next() >> 32) as u8;
                }
            }
            n_tables += usize::from(survives(&pack_bytes(&damaged, 0)));
        }
        println!("{name}: {n_tables} of {n} with damaged parts are tables still");
    }
    println!("damaged parts: {:?}", start.elapsed());
}
