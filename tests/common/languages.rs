//! Sales tables in many languages, for the tests of encodings: headers, people and goods as they are written there.
#![allow(dead_code)]

/// The words of one language, and the encodings its files came in before UTF-8.
pub struct Language {
    pub name: &'static str,
    /// Labels of the WHATWG Encoding Standard.
    pub encodings: &'static [&'static str],
    /// Customer, day, amount, product, town.
    pub header: [&'static str; 5],
    pub people: &'static [&'static str],
    pub goods: &'static [&'static str],
    pub towns: &'static [&'static str],
}

impl Language {
    /// A table of so many rows, with LF.
    pub fn table(&self, n_rows: usize) -> String {
        let mut text = self.header.join(",") + "\n";
        for i in 0..n_rows {
            let of = |words: &'static [&'static str], step: usize| words[(i * step + i / 7) % words.len()];
            text.push_str(&format!(
                "{} {},2023-{:02}-{:02},{}.{:02},{},{}\n",
                of(self.people, 5),
                i % 17,
                i % 12 + 1,
                i * 11 % 28 + 1,
                10 + i * 37 % 900,
                i * 13 % 100,
                of(self.goods, 3),
                of(self.towns, 1),
            ));
        }
        text
    }
}

pub const LANGUAGES: &[Language] = &[
    Language {
        name: "Simplified Chinese",
        encodings: &["gb18030"],
        header: ["客户姓名", "下单日期", "订单金额", "商品名称", "城市"],
        people: &["王芳", "李娜", "张伟", "刘洋", "陈静", "杨磊", "赵敏", "黄强", "周杰", "吴婷", "徐鹏", "孙丽"],
        goods: &["龙井茶叶", "紫砂茶壶", "保温水杯", "不锈钢锅", "儿童书包", "无线鼠标", "护眼台灯", "羽绒被"],
        towns: &["北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安", "哈尔滨"],
    },
    Language {
        name: "Traditional Chinese",
        encodings: &["big5", "gb18030"],
        header: ["客戶姓名", "下單日期", "訂單金額", "商品名稱", "縣市"],
        people: &["陳怡君", "林志明", "黃淑芬", "張雅婷", "李國華", "王美玲", "吳宗翰", "劉佳蓉", "蔡英傑", "許庭瑋"],
        goods: &["烏龍茶葉", "陶瓷茶壺", "保溫杯", "電子鍋", "兒童書包", "無線滑鼠", "護眼檯燈", "羽絨被"],
        towns: &["臺北", "高雄", "臺中", "臺南", "新竹", "嘉義", "花蓮", "宜蘭"],
    },
    Language {
        name: "Japanese",
        encodings: &["shift_jis", "euc-jp", "iso-2022-jp", "gb18030"],
        header: ["顧客名", "注文日", "金額", "商品名", "都道府県"],
        people: &["佐藤 健", "鈴木 花子", "高橋 一郎", "田中 美咲", "伊藤 翔太", "渡辺 さくら", "山本 大輔", "中村 あゆみ"],
        goods: &["抹茶セット", "急須", "ステンレス鍋", "子ども用かばん", "ワイヤレスマウス", "デスクライト", "羽毛ふとん"],
        towns: &["東京都", "大阪府", "愛知県", "福岡県", "北海道", "京都府", "沖縄県"],
    },
    Language {
        name: "Japanese, half-width",
        encodings: &["shift_jis"],
        header: ["ｺｷｬｸﾒｲ", "日付", "金額", "ｼｮｳﾋﾝ", "ﾁｲｷ"],
        people: &["ｻﾄｳ ｹﾝ", "ｽｽﾞｷ ﾊﾅｺ", "ﾀｶﾊｼ ｲﾁﾛｳ", "ﾀﾅｶ ﾐｻｷ", "ｲﾄｳ ｼｮｳﾀ", "ﾜﾀﾅﾍﾞ ｻｸﾗ"],
        goods: &["ﾏｯﾁｬｾｯﾄ", "ｷｭｳｽ", "ｽﾃﾝﾚｽﾅﾍﾞ", "ﾃﾞｽｸﾗｲﾄ", "ｳﾓｳﾌﾄﾝ"],
        towns: &["東京都", "大阪府", "愛知県", "福岡県"],
    },
    Language {
        name: "Korean",
        encodings: &["euc-kr", "gb18030"],
        header: ["고객명", "주문일", "금액", "상품명", "지역"],
        people: &["김민수", "이서연", "박지훈", "최유진", "정현우", "강수빈", "조은비", "윤도현", "장미란", "임재범"],
        goods: &["녹차 세트", "도자기 찻잔", "보온병", "압력솥", "어린이 가방", "무선 마우스", "책상 조명", "이불"],
        towns: &["서울", "부산", "대구", "인천", "광주", "대전", "울산", "제주"],
    },
    Language {
        name: "German",
        encodings: &["windows-1252", "macintosh", "gb18030"],
        header: ["Kunde", "Datum", "Betrag", "Artikelbezeichnung", "Verkäufer"],
        people: &["Jürgen Müller", "Anna Schröder", "Käthe Weiß", "Björn Lößl", "Uwe Krüger", "Peter Schmidt", "Heike Voß"],
        goods: &["Türschloss", "Wärmflasche", "Küchenmesser", "Kaffeelöffel", "Schreibtisch", "Fußmatte", "Bügeleisen"],
        towns: &["München", "Köln", "Düsseldorf", "Berlin", "Nürnberg", "Gießen", "Österreich"],
    },
    Language {
        name: "French",
        encodings: &["windows-1252", "macintosh", "gb18030"],
        header: ["Client", "Date de commande", "Montant réglé", "Désignation", "Région"],
        people: &["Hélène Lefèvre", "François Côté", "Zoé Gérard", "Noël Aubé", "Jérôme Pâris", "Éric Benoît", "Ève Garçon"],
        goods: &["Théière émaillée", "Couette légère", "Lampe à poser", "Râpe à fromage", "Œufs frais", "Crème brûlée"],
        towns: &["Orléans", "Besançon", "Nîmes", "Angoulême", "Paris", "Sète", "Châlons"],
    },
    Language {
        name: "Spanish",
        encodings: &["windows-1252", "macintosh"],
        header: ["Cliente", "Fecha", "Importe", "Descripción", "Año"],
        people: &["José Núñez", "María Peña", "Íñigo López", "Ángel Muñoz", "Begoña Sánchez", "Raúl Gómez", "Inés Güell"],
        goods: &["Cafetera eléctrica", "Edredón", "Lámpara", "Ratón inalámbrico", "Cuchillo de jamón", "Sartén pequeña"],
        towns: &["Málaga", "Córdoba", "A Coruña", "León", "Madrid", "Cádiz"],
    },
    Language {
        name: "Swedish",
        encodings: &["windows-1252", "macintosh"],
        header: ["Kund", "Datum", "Belopp", "Vara", "Län"],
        people: &["Åsa Sjöberg", "Björn Åkesson", "Märta Öberg", "Göran Lindström", "Håkan Ståhl", "Elin Bäck"],
        goods: &["Tekittel", "Skrivbordslampa", "Täcke", "Osthyvel", "Kökskniv", "Trådlös mus"],
        towns: &["Göteborg", "Malmö", "Örebro", "Luleå", "Västerås", "Stockholm"],
    },
    Language {
        name: "Portuguese",
        encodings: &["windows-1252", "macintosh"],
        header: ["Cliente", "Data da compra", "Valor", "Descrição", "Município"],
        people: &["João Gonçalves", "Conceição Simões", "Antônio Brandão", "Inês Araújo", "Luís Magalhães", "Mônica Sá"],
        goods: &["Chaleira elétrica", "Edredom", "Luminária", "Fogão", "Mochila de criança", "Pão de queijo"],
        towns: &["São Paulo", "Brasília", "Belém", "Goiânia", "Maceió", "Ribeirão Preto"],
    },
    Language {
        name: "Russian",
        encodings: &["windows-1251", "koi8-r", "ibm866", "iso-8859-5", "gb18030"],
        header: ["Клиент", "Дата заказа", "Сумма", "Товар", "Город"],
        people: &["Иван Петров", "Мария Иванова", "Сергей Кузнецов", "Ольга Смирнова", "Дмитрий Соколов", "Анна Попова"],
        goods: &["Чайник", "Настольная лампа", "Одеяло", "Кастрюля", "Рюкзак школьный", "Беспроводная мышь"],
        towns: &["Москва", "Санкт-Петербург", "Казань", "Новосибирск", "Екатеринбург", "Самара"],
    },
    Language {
        name: "Ukrainian",
        encodings: &["windows-1251", "koi8-u"],
        header: ["Клієнт", "Дата замовлення", "Сума", "Товар", "Місто"],
        people: &["Олена Шевченко", "Андрій Бойко", "Ірина Ткаченко", "Юрій Мельник", "Наталія Коваленко", "Євген Лисенко"],
        goods: &["Чайник", "Настільна лампа", "Ковдра", "Каструля", "Шкільний рюкзак", "Бездротова миша"],
        towns: &["Київ", "Львів", "Харків", "Одеса", "Дніпро", "Чернігів"],
    },
    Language {
        name: "Greek",
        encodings: &["windows-1253", "iso-8859-7"],
        header: ["Πελάτης", "Ημερομηνία", "Ποσό", "Προϊόν", "Πόλη"],
        people: &["Γιώργος Παπαδόπουλος", "Μαρία Νικολάου", "Κώστας Δημητρίου", "Ελένη Βασιλείου", "Νίκος Γεωργίου"],
        goods: &["Τσαγιέρα", "Επιτραπέζιο φωτιστικό", "Πάπλωμα", "Κατσαρόλα", "Σχολική τσάντα", "Ασύρματο ποντίκι"],
        towns: &["Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο", "Λάρισα", "Βόλος"],
    },
    Language {
        name: "Polish",
        encodings: &["windows-1250", "iso-8859-2"],
        header: ["Klient", "Data zamówienia", "Kwota", "Nazwa towaru", "Województwo"],
        people: &["Łukasz Wiśniewski", "Małgorzata Wójcik", "Paweł Kamiński", "Żaneta Śliwa", "Michał Dąbrowski", "Zdzisław Gęś"],
        goods: &["Czajnik elektryczny", "Kołdra", "Lampka biurkowa", "Nóż kuchenny", "Tornister", "Mysz bezprzewodowa"],
        towns: &["Łódź", "Kraków", "Wrocław", "Poznań", "Gdańsk", "Częstochowa"],
    },
    Language {
        name: "Czech",
        encodings: &["windows-1250", "iso-8859-2"],
        header: ["Zákazník", "Datum objednávky", "Částka", "Zboží", "Město"],
        people: &["Jiří Novák", "Lenka Dvořáková", "Tomáš Černý", "Kateřina Procházková", "Zdeněk Růžička", "Václav Šťastný"],
        goods: &["Konvice", "Peřina", "Stolní lampa", "Kuchyňský nůž", "Školní batoh", "Bezdrátová myš"],
        towns: &["Plzeň", "Brno", "Ústí nad Labem", "Hradec Králové", "České Budějovice"],
    },
    Language {
        name: "Hungarian",
        encodings: &["windows-1250", "iso-8859-2"],
        header: ["Vevő", "Rendelés dátuma", "Összeg", "Termék", "Város"],
        people: &["Kovács Gergő", "Szőke Erzsébet", "Tóth Jenő", "Horváth Rózsa", "Győri Ákos", "Fehér Tünde"],
        goods: &["Vízforraló", "Paplan", "Asztali lámpa", "Konyhakés", "Hátizsák", "Vezeték nélküli egér"],
        towns: &["Győr", "Szeged", "Pécs", "Kecskemét", "Székesfehérvár"],
    },
    Language {
        name: "Turkish",
        encodings: &["windows-1254"],
        header: ["Müşteri", "Sipariş tarihi", "Tutar", "Ürün adı", "Şehir"],
        people: &["Ayşe Yılmaz", "Mehmet Şahin", "Gülşen Çelik", "İbrahim Doğan", "Çağrı Öztürk", "Işıl Kılıç"],
        goods: &["Çay bardağı", "Yorgan", "Masa lambası", "Bıçak seti", "Okul çantası", "Kablosuz fare"],
        towns: &["İstanbul", "İzmir", "Eskişehir", "Şanlıurfa", "Muğla", "Kırşehir"],
    },
    Language {
        name: "Lithuanian",
        encodings: &["windows-1257"],
        header: ["Klientas", "Užsakymo data", "Suma", "Prekė", "Miestas"],
        people: &["Jūratė Žukauskienė", "Mindaugas Šimkus", "Rūta Čepaitė", "Giedrė Kazlauskaitė", "Vytautas Grigaliūnas"],
        goods: &["Arbatinukas", "Antklodė", "Stalinė lempa", "Virtuvinis peilis", "Kuprinė mokyklai", "Belaidė pelė"],
        towns: &["Vilnius", "Kaunas", "Klaipėda", "Šiauliai", "Panevėžys"],
    },
    Language {
        name: "Hebrew",
        encodings: &["windows-1255"],
        header: ["לקוח", "תאריך הזמנה", "סכום", "מוצר", "עיר"],
        people: &["יוסי כהן", "דנה לוי", "משה פרץ", "רחל מזרחי", "אבי ביטון", "נועה פרידמן"],
        goods: &["קומקום", "שמיכה", "מנורת שולחן", "סכין מטבח", "תיק בית ספר"],
        towns: &["ירושלים", "תל אביב", "חיפה", "באר שבע"],
    },
    Language {
        name: "Arabic",
        encodings: &["windows-1256"],
        header: ["العميل", "تاريخ الطلب", "المبلغ", "المنتج", "المدينة"],
        people: &["محمد أحمد", "فاطمة الزهراء", "علي حسن", "خالد العتيبي", "نورة السالم", "سعيد القحطاني"],
        goods: &["إبريق شاي", "لحاف", "مصباح مكتب", "سكين مطبخ", "حقيبة مدرسية"],
        towns: &["الرياض", "جدة", "القاهرة", "دبي", "بيروت"],
    },
    Language {
        name: "Thai",
        encodings: &["windows-874"],
        header: ["ลูกค้า", "วันที่สั่งซื้อ", "จำนวนเงิน", "สินค้า", "จังหวัด"],
        people: &["สมชาย ใจดี", "สมหญิง รักไทย", "วิชัย ทองคำ", "มาลี ศรีสุข", "ประเสริฐ แก้วใส"],
        goods: &["กาน้ำชา", "ผ้าห่ม", "โคมไฟตั้งโต๊ะ", "มีดทำครัว", "กระเป๋านักเรียน"],
        towns: &["กรุงเทพ", "เชียงใหม่", "ขอนแก่น", "ภูเก็ต"],
    },
    Language {
        name: "Vietnamese",
        encodings: &["windows-1258"],
        header: ["Khách hàng", "Ngày", "Doanh thu", "Hàng hoá", "Nõi"],
        people: &["Nguyên Văn Hùng", "Lê Thu Hà", "Hoàng Đúc", "Võ Thanh Tâm", "Bùi Công"],
        goods: &["Âm trà", "Đèn bàn", "Dao nhà bêp", "Chuôt không dây"],
        towns: &["Hà Nôi", "Đà Lat", "Huê", "Vũng Tàu"],
    },
];
