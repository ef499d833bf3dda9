//! Words of the built-in sample, in the same order in each language. Companies, people and products are invented.

use super::{N_CUSTOMERS, SampleLanguage};

/// Product categories.
pub(super) const CATEGORIES: usize = 6;

/// Everything that differs between languages.
pub(super) struct Words {
    pub header: [&'static str; 11],
    pub products: [&'static str; CATEGORIES * super::PRODUCTS_PER_CATEGORY],
    pub categories: [&'static str; CATEGORIES],
    pub channels: [&'static str; 4],
    pub regions: [&'static str; 5],
    pub free_sample: &'static str,
    pub samples: &'static str,
    pub not_a_number: &'static str,
    /// Beginnings and ends of company names, with what stands between and after.
    stems: [&'static str; 30],
    trades: [&'static str; 20],
    between: &'static str,
    forms: [&'static str; 4],
}

impl Words {
    /// As many different company names as there are customers, mixed so that neighbors do not look alike.
    pub fn companies(&self) -> Vec<String> {
        let n = self.stems.len() * self.trades.len();
        (0..N_CUSTOMERS.min(n))
            .map(|i| {
                // 223 has no divisor in common with 600, so every pair comes up once.
                let pair = i * 223 % n;
                let (stem, trade) = (self.stems[pair % 30], self.trades[pair / 30]);
                format!("{stem}{}{trade}{}", self.between, self.forms[pair * 7 / 3 % 4])
            })
            .collect()
    }
}

pub(super) fn of(language: SampleLanguage) -> Words {
    match language {
        SampleLanguage::English => english(),
        SampleLanguage::SimplifiedChinese => simplified_chinese(),
        SampleLanguage::TraditionalChinese => traditional_chinese(),
    }
}

#[rustfmt::skip]
fn english() -> Words {
    Words {
        header: [
            "Customer", "Order date", "Order no.", "Product", "Category", "Quantity", "Unit price", "Amount", "Cost",
            "Channel", "Region",
        ],
        products: [
            "Hex bolts M8, box of 200", "Wood screws 4x40, box of 500", "Anchor set M10", "Stainless nuts M12, box of 100",
            "Angle grinder 125 mm", "Cordless drill 18 V", "Rotary hammer SDS", "Circular saw 190 mm",
            "Tape measure 8 m", "Screwdriver set", "Pipe wrench 14\"", "Socket set, 46 pieces",
            "Work gloves, 12 pairs", "Safety goggles, 5 pieces", "Hard hat, ventilated", "Safety shoes S3",
            "Wood glue 750 ml", "Silicone sealant, 6 tubes", "Threadlocker 50 ml", "Epoxy resin 1 kg",
            "Cable ties, 200 pieces", "LED lamp E27, 10 pieces", "Cable reel 25 m", "Distribution board, 12 ways",
        ],
        categories: ["Fasteners", "Power tools", "Hand tools", "Safety wear", "Adhesives", "Electrical"],
        channels: ["Field sales", "Online shop", "Telephone", "Branch"],
        regions: ["North", "South", "East", "West", "Center"],
        free_sample: "Sample pack",
        samples: "Samples",
        not_a_number: "tbc",
        stems: [
            "Alderbrook", "Ashcombe", "Barrowdale", "Birchfield", "Brackenhill", "Cedarholm", "Coldstream", "Copperleigh",
            "Dunmere", "Eastwick", "Elmhurst", "Fairhaven", "Foxglen", "Granthorpe", "Greyfell", "Hartwell", "Hollowmere",
            "Ironbridge", "Kingsmoor", "Larkspur", "Millbrae", "Northgate", "Oakhanger", "Pinewood", "Quarrydale",
            "Ravensford", "Stonebeck", "Thornbury", "Westerham", "Wolfcastle",
        ],
        trades: [
            "Builders", "Carpentry", "Coachworks", "Construction", "Electrical", "Engineering", "Fabrication", "Facilities",
            "Foundry", "Furniture", "Heating", "Interiors", "Joinery", "Machine Works", "Marine", "Metalwork", "Plumbing",
            "Roofing", "Steel", "Timber",
        ],
        between: " ",
        forms: [" Ltd", " Inc.", " & Sons", " Group"],
    }
}

#[rustfmt::skip]
fn simplified_chinese() -> Words {
    Words {
        header: ["客户名称", "订单日期", "订单号", "产品", "类别", "数量", "单价", "金额", "成本", "渠道", "地区"],
        products: [
            "六角螺栓 M8（200只装）", "木螺钉 4x40（500只装）", "膨胀螺栓 M10", "不锈钢螺母 M12（100只装）",
            "角磨机 125毫米", "充电式电钻 18伏", "电锤", "电圆锯 190毫米",
            "卷尺 8米", "螺丝刀套装", "管钳 14寸", "套筒扳手 46件套",
            "劳保手套（12双）", "防护眼镜（5副）", "透气安全帽", "防砸安全鞋",
            "木工胶 750毫升", "硅酮密封胶（6支）", "螺纹锁固胶 50毫升", "环氧树脂 1千克",
            "扎带（200根）", "LED灯泡（10只）", "电缆盘 25米", "配电箱 12路",
        ],
        categories: ["紧固件", "电动工具", "手动工具", "劳保用品", "胶粘剂", "电工电料"],
        channels: ["业务员", "网上商城", "电话", "门店"],
        regions: ["华北", "华南", "华东", "西南", "华中"],
        free_sample: "试用装",
        samples: "样品",
        not_a_number: "待定",
        stems: [
            "安恒", "佰顺", "昌禾", "承岳", "鼎诚", "东澜", "方启", "丰岭", "冠程", "海芮", "恒拓", "宏桥", "嘉木", "锦川", "景润",
            "凯越", "朗峰", "砺丰", "联拓", "茂源", "宁信", "启明", "瑞石", "盛和", "泰岭", "通衢", "万禾", "欣达", "永筑", "正合",
        ],
        trades: [
            "建筑工程", "木业", "汽车改装", "市政工程", "电气", "工程技术", "金属加工", "物业服务", "铸造", "家具", "暖通设备", "装饰",
            "门窗", "机械", "船舶配套", "五金", "管道", "屋面工程", "钢构", "木材",
        ],
        between: "",
        forms: ["有限公司", "有限责任公司", "股份有限公司", "集团有限公司"],
    }
}

#[rustfmt::skip]
fn traditional_chinese() -> Words {
    Words {
        header: ["客戶名稱", "訂單日期", "訂單編號", "產品", "類別", "數量", "單價", "金額", "成本", "通路", "地區"],
        products: [
            "六角螺栓 M8（200 入）", "木工螺絲 4x40（500 入）", "膨脹螺絲 M10", "不鏽鋼螺帽 M12（100 入）",
            "砂輪機 125 公釐", "充電式電鑽 18 伏特", "電動鎚鑽", "圓鋸機 190 公釐",
            "捲尺 8 公尺", "螺絲起子組", "管鉗 14 吋", "套筒扳手組 46 件",
            "工作手套（12 雙）", "護目鏡（5 副）", "透氣安全帽", "鋼頭安全鞋",
            "木工膠 750 毫升", "矽利康填縫劑（6 支）", "螺絲固定膠 50 毫升", "環氧樹脂 1 公斤",
            "束帶（200 條）", "LED 燈泡（10 顆）", "電纜捲盤 25 公尺", "配電箱 12 迴路",
        ],
        categories: ["扣件", "電動工具", "手工具", "安全護具", "接著劑", "水電材料"],
        channels: ["外勤業務", "網路商店", "電話訂購", "門市"],
        regions: ["北區", "南區", "東區", "離島", "中區"],
        free_sample: "試用包",
        samples: "樣品",
        not_a_number: "待確認",
        stems: [
            "安恆", "百順", "昌禾", "承岳", "鼎誠", "東瀾", "方啟", "豐嶺", "冠程", "海芮", "恆拓", "宏橋", "嘉木", "錦川", "景潤",
            "凱越", "朗峰", "礪豐", "聯拓", "茂源", "寧信", "啟明", "瑞石", "盛和", "泰嶺", "通衢", "萬禾", "欣達", "永築", "正合",
        ],
        trades: [
            "營造", "木業", "汽車改裝", "土木工程", "電機", "工程技術", "金屬加工", "物業管理", "鑄造", "家具", "空調設備", "室內裝修",
            "門窗", "機械", "船舶設備", "五金", "管材", "屋頂工程", "鋼構", "木材",
        ],
        between: "",
        forms: ["有限公司", "企業有限公司", "股份有限公司", "實業股份有限公司"],
    }
}
