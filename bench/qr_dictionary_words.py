"""Words for bench/qr_dictionary.py: invented worlds of marks, and the phrases a dictionary may be made of.

One hand wrote the phrases and `PLAIN`, so figures for that world flatter, held out or not; `OTHER` is deliberately
of another manner, and `LATE` was written when phrases and frame were already fixed: believe these two.
"""

from dataclasses import dataclass, replace
from itertools import zip_longest

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    stems: tuple[Pair, ...]  # company names in Japanese and Latin script
    trades: tuple[Pair, ...]
    forms: tuple[tuple[Pair, str], ...]  # (before, after) in Japanese, the Latin form
    foreign: tuple[str, ...]
    places: tuple[Pair, ...]
    works: tuple[Pair, ...]
    scopes: dict[int, tuple[Pair, ...]]
    assessors: tuple[str, ...]
    status_lists: tuple[str, ...]

    def split(self) -> tuple["Style", "Style"]:
        """Two worlds of one manner that share no company, place, assessor or host."""
        return (
            replace(
                self,
                stems=self.stems[::2],
                foreign=self.foreign[::2],
                places=self.places[::2],
                assessors=self.assessors[::2],
                status_lists=self.status_lists[::2],
            ),
            replace(
                self,
                stems=self.stems[1::2],
                foreign=self.foreign[1::2],
                places=self.places[1::2],
                assessors=self.assessors[1::2],
                status_lists=self.status_lists[1::2],
            ),
        )


_SHAPES = """
株式会社|有限会社|合同会社|一般社団法人|一般財団法人|公益財団法人|学校法人|医療法人社団|社会福祉法人|国立大学法人|独立行政法人
|特定非営利活動法人|協同組合|事業協同組合|合資会社|ホールディングス株式会社|グループ
"""
_TRADES = """
製作所|工業|産業|電機|電子|精密|精機|精工|機械|機器|金属|化学|化成|商事|物産|商会|商店|運輸|運送|物流|倉庫|建設|工務店|設備|食品|印刷|製薬
|樹脂|鉄工所|鋼業|自動車|部品|半導体|通信|情報|技研|システムズ|システム|ソリューションズ|ソリューション|テクノロジーズ|テクノロジー|テクノ
|エンジニアリング|サービス|コーポレーション|インターナショナル|ロジスティクス|エレクトロニクス|マテリアル|ネットワーク|コンサルティング|ジャパン
|デザイン|メディカル|エネルギー|プラスチック|日本|東日本|西日本|東京|大阪|名古屋|横浜|神奈川|埼玉|千葉|愛知|京都|神戸|兵庫|福岡|北海道|札幌
|仙台|広島|静岡|三重|新潟|長野|茨城|栃木|群馬|岐阜|熊本|九州|関東|関西|中部|東北|中央|山本|田中|鈴木|佐藤|高橋|中村|小林|藤|川|田
"""
_SCOPES_JA = """
全社の情報システム、社内ネットワーク及びクラウドサービス
|本社及び国内の全事業所において利用する情報システム|本社及び工場の情報システム及びネットワーク
|当社が管理する全ての情報システム、ネットワーク機器及び端末|業務で利用するクラウドサービスを含む|制御システム及び製品を除く
|（制御システム及び製品は対象外）|グループ会社を含む|別紙に記載の会社の|に記載する|全拠点|全事業所|国内拠点|国内の全拠点における|海外拠点を除く
|における|に係る|に関する|並びに|及び|または|を含む。|を除く。|を対象とする。|が利用する|が運用する|のIT基盤|IT基盤（クラウドを含む）
|社内の業務システム|基幹システム|サーバー|サーバ|パソコン|モバイル端末|端末|ファイルサーバー|メール|テレワーク環境|リモート接続|データセンター
|設計・開発|設計、製造及び販売|開発環境|製造部門|製造工程|生産管理システム|販売管理|物流センター|本社|本店|支店|支社|営業所|工場|研究所|技術センター
|事業所|事業部|事業本部|部門|本部|センター|情報システム部|情報システム部門|情報システム|社内ネットワーク|ネットワーク|クラウドサービス
|システム|サービス|業務|管理|受託|取引先|委託先|顧客|提供|開発|製造|設計|保守|運用|第二|第一|全部|以下|その他|株式会社の全社
|の全て|すべての|一式|会社全体|組織全体|情報資産|IT資産|情報機器|通信機器|ネットワーク機器|オフィス|事務所|オンプレミス|インフラストラクチャ
|ソフトウェア|ハードウェア|データベース|データ|コンピュータ|スマートフォン|ウェブサイト|ホームページ|ただし、|に限る。|は含まない。|は対象外とする。
|従業員|役職員|社員|弊社|当社|当法人|自社|子会社|連結子会社|関連会社|関係会社|親会社|持株会社|全グループ会社|共通|生産設備|工場の生産設備
|検査|試験|加工|組立|販売|購買|調達|受発注|会計|人事給与|経理|総務|技術|品質保証|営業|物流|倉庫|輸送|配送|輸出入|金型|部品|材料|装置|機器|製品
|東京本社|大阪支店|名古屋支店|福岡支店|東京都|大阪府|愛知県|神奈川県|市|区|県|町|第三|棟|ビル|キャンパス|病院|大学|協会|組合|機構|センターの
"""
_LATIN = """
 Co., Ltd.| Corporation| Inc.| Ltd.| K.K.| LLC| GmbH| Limited| Holdings, Inc.| Holdings Co., Ltd.| Group| Pte. Ltd.| Sdn. Bhd.
| Co., Ltd. (Thailand)| Company Limited| B.V.| S.A.| AG| PT | Private Limited| JSC| Foundation| Association| University| Cooperative
| Manufacturing| Works| Industries| Industry| Industrial| Electric| Electronics| Precision| Machinery| Metal| Chemical| Trading
| Transport| Logistics| Warehouse| Construction| Foods| Printing| Pharmaceutical| Semiconductor| Technologies| Technology| Systems| System
| Solutions| Engineering| Services| Service| International| Networks| Design| Materials| Components| Automotive| Consulting| Energy
| Seisakusho| Kogyo| Sangyo| Denki| Denshi| Seimitsu| Seiki| Kikai| Kinzoku| Kagaku| Shoji| Unyu| Unso| Butsuryu| Kensetsu| Giken
|Nippon |Japan |Tokyo |Osaka |Nagoya |Yokohama |Kyoto |Kobe |Fukuoka |Higashi|Nishi|Yama|moto|kawa|mura|shima| Asia| Taiwan| Vietnam
"""
_SCOPES_EN = """
All information systems, networks and cloud services used by the company
|All IT infrastructure of the company, including cloud services| of the head office and all sites in Japan| at all sites in Japan
|Information systems and networks of the head office and | excluding control systems and products
| (control systems and products are not covered)| including group companies|, including cloud services
|IT infrastructure of the | of the listed entities| of the companies listed| of all domestic offices and factories
| and its subsidiaries in Japan| used for | managed by | operated by the company
| information systems| information system| business systems| internal network| network| networks| cloud services| servers| and terminals
| PCs| mobile devices| remote access| e-mail| data centre| data center| design and development| development environment| development
| manufacturing| production| sales| logistics| head office| Head office| headquarters| branch offices| branches| sales offices
| plant| factory| factories| works| research laboratory| research and development| Technical Center| Division| division| Department
| department| business unit| IT| and | of the | in the | for | at the | the | its | all | IT infrastructure| systems| services| excluding
| including| Japan| company| whole company| entire company| company-wide|customers|contractors|subcontracted| site| sites| offices
|The information systems that support | The office IT environment of | which support | handled by | provided to | located in | connected to
| computers| communication equipment| information assets| equipment| software| hardware| database| web site| smartphones| on-premises
| subsidiaries| consolidated subsidiaries| affiliated companies| parent company| holding company| organization| corporation| employees
| purchasing| quality assurance| accounting| inspection| testing| assembly| processing| design| parts| products| production equipment
| Center| Centre| Laboratory| Institute| Building| Headquarters| Branch| Office| Factory| Plant| only| except| other than| not included
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace("\n", "").split("|") if word)


def _in_turn(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for pair in zip_longest(one, other) for word in pair if word)


# In a mark the order is name, Latin name, statement, Latin statement. Here commonest first.
PHRASES = tuple(
    dict.fromkeys(
        (
            *_words(_SHAPES)[:3],
            *_words(_LATIN)[:6],
            *_in_turn(_words(_SCOPES_JA), _words(_SCOPES_EN)),
            *_words(_SHAPES)[3:],
            *_words(_TRADES),
            *_words(_LATIN)[6:],
            ".or.jp/status/",
            ".org/status/",
            ".com/status/",
        )
    )
)

_KK = (("株式会社", ""), " Co., Ltd.")
PLAIN = Style(
    stems=(
        ("青葉台", "Aobadai"),
        ("三ツ峰", "Mitsumine"),
        ("東雲", "Shinonome"),
        ("碧海", "Hekikai"),
        ("春日野", "Kasugano"),
        ("鷹巣", "Takanosu"),
        ("白樺", "Shirakaba"),
        ("北斗", "Hokuto"),
        ("千寿", "Senju"),
        ("朝日ヶ丘", "Asahigaoka"),
        ("カワセミ", "Kawasemi"),
        ("ミナト", "Minato"),
        ("ヒカリ", "Hikari"),
        ("オリオン", "Orion"),
        ("アルプス堂", "Alpsdo"),
        ("宮園", "Miyazono"),
        ("若竹", "Wakatake"),
        ("大槻", "Otsuki"),
        ("小早瀬", "Kobayase"),
        ("柳田", "Yanagida"),
        ("竹内", "Takeuchi"),
        ("岩崎", "Iwasaki"),
        ("藤倉", "Fujikura"),
        ("村松", "Muramatsu"),
        ("葛城", "Katsuragi"),
        ("新星", "Shinsei"),
        ("丸吉", "Marukichi"),
        ("ヤマト屋", "Yamatoya"),
        ("富士見", "Fujimi"),
        ("霧島", "Kirishima"),
        ("サンライズ", "Sunrise"),
        ("エース", "Ace"),
        ("双葉", "Futaba"),
        ("八重洲", "Yaesu"),
        ("瑞穂", "Mizuho-no"),
        ("清流", "Seiryu"),
        ("天竜", "Tenryu"),
        ("磐田", "Iwata"),
        ("伊吹", "Ibuki"),
        ("浜名", "Hamana"),
    ),
    trades=(
        ("製作所", "Seisakusho"),
        ("工業", "Industries"),
        ("電機", "Electric"),
        ("精密", "Precision"),
        ("産業", "Sangyo"),
        ("化学", "Chemical"),
        ("物流", "Logistics"),
        ("運送", "Transport"),
        ("システムズ", "Systems"),
        ("テクノロジー", "Technology"),
        ("商事", "Trading"),
        ("建設", "Construction"),
        ("食品", "Foods"),
        ("エンジニアリング", "Engineering"),
        ("印刷", "Printing"),
        ("鉄工所", "Iron Works"),
        ("半導体", "Semiconductor"),
        ("ソリューションズ", "Solutions"),
        ("機械", "Machinery"),
        ("樹脂工業", "Plastics"),
        ("メディカル", "Medical"),
        ("金型", "Die & Mold"),
    ),
    forms=(
        _KK,
        _KK,
        _KK,
        _KK,
        (("", "株式会社"), " Co., Ltd."),
        (("", "株式会社"), ", Inc."),
        (("株式会社", ""), " Corporation"),
        (("有限会社", ""), " Ltd."),
        (("合同会社", ""), " LLC"),
        (("", "協同組合"), " Cooperative"),
        (("一般社団法人", "協会"), " Association"),
        (("", "ホールディングス株式会社"), " Holdings Co., Ltd."),
    ),
    foreign=(
        "Formosa Ridge Packaging Co., Ltd.",
        "Lotus River Electronics Joint Stock Company",
        "Penang Heights Semicon Sdn. Bhd.",
        "Chao Klang Precision Company Limited",
        "Merlion Assembly & Test Pte. Ltd.",
        "Rheinbrücke Antriebstechnik GmbH",
        "Bluegrass Connector Corporation",
        "Hangang Display Parts Co., Ltd.",
        "Taal Lake Wiring Systems, Inc.",
        "PT Nusa Komponen Elektronik",
        "Deccan Tooling Private Limited",
        "Vallée Verte Composites S.A.S.",
    ),
    places=(
        ("川越", "Kawagoe"),
        ("浜松", "Hamamatsu"),
        ("北九州", "Kitakyushu"),
        ("四日市", "Yokkaichi"),
        ("熊本", "Kumamoto"),
        ("豊橋", "Toyohashi"),
        ("つくば", "Tsukuba"),
        ("諏訪", "Suwa"),
        ("郡山", "Koriyama"),
        ("堺", "Sakai"),
        ("長岡", "Nagaoka"),
        ("厚木", "Atsugi"),
        ("姫路", "Himeji"),
        ("千歳", "Chitose"),
        ("大田区", "Ota"),
        ("品川", "Shinagawa"),
    ),
    works=(
        ("自動車部品", "automotive parts"),
        ("電子部品", "electronic components"),
        ("業務用ソフトウェア", "business software"),
        ("医療機器", "medical devices"),
        ("産業用ロボット", "industrial robots"),
        ("包装材料", "packaging materials"),
        ("受託計算", "data processing"),
        ("国際物流", "international logistics"),
        ("半導体製造装置", "semiconductor equipment"),
    ),
    scopes={
        1: (
            (
                "全社の情報システム、ネットワーク及びクラウドサービス",
                "All information systems, networks and cloud services of the company",
            ),
            (
                "本社及び{place}工場の情報システム並びに社内ネットワーク",
                "Information systems and internal network of the head office and the {place} plant",
            ),
            (
                "当社が管理するIT基盤（クラウドサービスを含む）。制御システムを除く",
                "IT infrastructure managed by the company, including cloud services; control systems excluded",
            ),
            (
                "国内全拠点の業務システム、サーバー及び端末",
                "Business systems, servers and terminals at all sites in Japan",
            ),
            (
                "{work}の設計、製造及び販売に用いる情報システム",
                "Information systems used for the design, manufacture and sale of {work}",
            ),
            ("全社", "Entire company"),
        ),
        2: (
            (
                "当社及び別紙に記載するグループ会社の情報システム及びネットワーク",
                "Information systems and networks of the company and the listed group companies",
            ),
            ("国内グループ会社の共通IT基盤", "Common IT infrastructure of the group companies in Japan"),
        ),
        3: (
            (
                "{place}事業所の情報システム及びネットワーク",
                "Information systems and network of the {place} site",
            ),
            (
                "{work}事業部の設計・開発環境及び業務システム",
                "Design and development environment and business systems of the {work} division",
            ),
            (
                "{place}データセンターにおけるクラウドサービスの提供に係る情報システム",
                "Information systems for the provision of cloud services at the {place} data centre",
            ),
        ),
    },
    assessors=("AB01", "AB07", "C-003", "JQ12", "SA2", "T014"),
    status_lists=(
        "https://register.example.go.jp/status/a/0",
        "https://marks.example/status/b1/3",
        "https://scs.example.or.jp/status/k/0",
        "https://mark-register.example/status/a/12",
        "https://star.example.jp/status/x2/1",
        "https://shirushi.example/status/m/0",
    ),
)

OTHER = Style(
    stems=(
        ("ＮＫＳ", "NKS"),
        ("あおぞら", "Aozora"),
        ("𠮷川", "Yoshikawa"),
        ("はやぶさ", "Hayabusa"),
        ("クロスゲート", "CrossGate"),
        ("ユニバース", "Universe"),
        ("みらい", "Mirai"),
        ("トーヨー", "Toyo"),
        ("光洋堂", "Koyodo"),
        ("三叶", "Sankyo"),
        ("Ｂｉｔ工房", "Bit Kobo"),
        ("ひまわり", "Himawari"),
        ("葛\U000e0100飾", "Katsushika"),
        ("長谷部", "Hasebe"),
        ("ノースウィンド", "Northwind-J"),
        ("陸奥", "Mutsu"),
    ),
    trades=(
        ("", ""),
        ("鋳造", "Foundry"),
        ("塗装", "Coating"),
        ("計器", "Instruments"),
        ("光学", "Optics"),
        ("ケミカル", "Chemicals"),
        ("クリニック", "Clinic"),
        ("ソフト", "Soft"),
        ("データ", "Data"),
        ("海運", "Shipping"),
        ("農機", "Farm Equipment"),
        ("警備保障", "Security Services"),
        ("会計事務所", "Accounting"),
        ("総合研究所", "Research Institute"),
        ("紙器", "Paper Containers"),
        ("ねじ", "Screw"),
    ),
    forms=(
        (("㈱", ""), " K.K."),
        (("株式会社", ""), " K.K."),
        (("株式会社", ""), ", Ltd."),
        (("", "株式会社"), " Company, Limited"),
        (("合名会社", ""), " & Partners"),
        (("医療法人社団", "会"), " Medical Corporation"),
        (("学校法人", "学園"), " Educational Foundation"),
        (("", "農業協同組合"), " JA"),
        (("税理士法人", ""), " Tax Corporation"),
        (("有限会社", ""), " Y.K."),
    ),
    foreign=(
        "Österreichische Feinwerk Gesellschaft m.b.H.",
        "Công ty Cổ phần Cơ khí Sông Hồng",
        "Kaveri Embedded Labs LLP",
        "Tasman Harbour Optics Pty Ltd",
        "Łódzkie Zakłady Odlewnicze Sp. z o.o.",
        "Great Lakes Harness L.P.",
        "Manila Bay Test House Corp.",
        "Nordlys Sensor AS",
    ),
    places=(
        ("本町ビル", "Honmachi Building"),
        ("臨海", "Rinkai"),
        ("南国", "Nankoku"),
        ("岡崎第３", "Okazaki No. 3"),
        ("ハノイ", "Hanoi"),
        ("駒ヶ根", "Komagane"),
    ),
    works=(
        ("航空機用締結部品", "aircraft fasteners"),
        ("給与計算代行", "payroll outsourcing"),
        ("食肉加工", "meat processing"),
        ("試験分析", "testing and analysis"),
        ("コールセンター", "call centre"),
        ("船舶用エンジン", "marine engines"),
    ),
    scopes={
        1: (
            (
                "弊社における{work}業務で取り扱う情報資産と、これを支えるサーバ・ＰＣ・通信機器一式",
                "Assets handled in our {work} operations, with the computers and communication equipment behind them",
            ),
            (
                "当法人の事務系ＩＴ環境すべて。ただし{place}の生産設備は含まない",
                "The whole office IT environment of this corporation, but not the production equipment at {place}",
            ),
            (
                "社員が使うパソコン、スマートフォン、Microsoft 365、自社Webサイト",
                "Staff computers, smartphones, Microsoft 365 and our own web site",
            ),
            ("会社全体", "Whole organization"),
            (
                "オンプレミス環境及びAWS上のシステム（東京リージョン）",
                "On-premises environment and systems on AWS (Tokyo region)",
            ),
        ),
        2: (
            (
                "親会社ならびに連結子会社のＯＡ環境",
                "Office automation environment of the parent and its consolidated subsidiaries",
            ),
            (
                "持株会社と事業会社で共用する認証基盤・メール・ファイル共有",
                "Shared identity platform, mail and file sharing of the holding and operating companies",
            ),
        ),
        3: (
            (
                "{place}で行う{work}（見積から出荷まで）を支えるＩＴ",
                "IT that supports {work} at {place}, from quotation to shipment",
            ),
            ("{work}チームの隔離ネットワーク", "The segregated network of the {work} team"),
        ),
    },
    assessors=("9001", "ISB-44", "評価機関03"),
    status_lists=(
        "https://trust.sekyu.example.com/status/1/0",
        "https://akari.example.net/status/iss3/7",
        "https://xn--q9jyb4c.example/status/z9/0",
        "https://verify.example.org/status/4/1",
    ),
)

LATE = Style(
    stems=(
        ("大和田", "Owada"),
        ("コスモ", "Cosmo"),
        ("西海", "Saikai"),
        ("ライフベスト", "Life Best"),
        ("永和", "Eiwa"),
        ("花巻", "Hanamaki"),
        ("共栄", "Kyoei"),
        ("フロンティア", "Frontier"),
        ("桜井", "Sakurai"),
        ("ＴＡＫ", "TAK"),
        ("北陸", "Hokuriku"),
        ("万代", "Bandai-bashi"),
    ),
    trades=(
        ("電設", "Densetsu"),
        ("プレス工業", "Press Kogyo"),
        ("通商", "Tsusho"),
        ("テクニカ", "Technica"),
        ("製紙", "Paper Mills"),
        ("薬品", "Yakuhin"),
        ("インフォメーション", "Information"),
        ("硝子", "Glass"),
        ("不動産", "Real Estate"),
        ("ロジテック", "Logitec"),
        ("電算", "Computer Center"),
        ("精工", "Seiko-sha"),
    ),
    forms=(
        (("株式会社", ""), " Co.,Ltd."),
        (("", "株式会社"), " CO., LTD."),
        (("株式会社", ""), " Inc."),
        (("", "(株)"), " Corp."),
        (("有限会社", ""), " Limited Company"),
        (("公益社団法人", "会"), ""),
        (("", "信用金庫"), " Shinkin Bank"),
    ),
    foreign=(
        "Kestrel Circuits (Shenzhen) Co., Ltd.",
        "Baltic Metalform UAB",
        "Siam Crest Mould Co., Ltd.",
        "Hsinchu Dawn Foundry Service Inc.",
        "Cebu Ridge Electronics Corporation",
        "Bohemia Presswork s.r.o.",
    ),
    places=(
        ("富山", "Toyama"),
        ("呉", "Kure"),
        ("相模原", "Sagamihara"),
        ("都城", "Miyakonojo"),
        ("釧路", "Kushiro"),
        ("尼崎", "Amagasaki"),
    ),
    works=(
        ("電線・ケーブル", "wires and cables"),
        ("不動産管理", "property management"),
        ("検体検査", "laboratory testing"),
        ("部品調達", "parts procurement"),
        ("ウェブ制作", "web production"),
        ("倉庫管理", "warehouse management"),
    ),
    scopes={
        1: (
            (
                "組織全体（{place}本社、全支店）",
                "The whole organisation ({place} head office and all branches)",
            ),
            (
                "自社で保有又は契約する情報システム・クラウド環境の全て",
                "All information systems and cloud environments owned or contracted by us",
            ),
            (
                "{work}に使用する業務システム、社内LAN及び貸与端末",
                "Business systems, office LAN and company-issued devices used for {work}",
            ),
            ("法人全体のＩＴインフラ", "IT infrastructure of the entire legal entity"),
        ),
        2: (
            (
                "国内外のグループ各社が利用する共通ネットワーク",
                "Common network used by the group companies in Japan and abroad",
            ),
            ("登録された全法人の情報システム", "Information systems of all registered legal entities"),
        ),
        3: (
            (
                "{place}工場（生産管理システムを含み、製造設備を除く）",
                "{place} factory, including production management systems, excluding manufacturing equipment",
            ),
            (
                "{work}部門で利用するサーバ・端末・クラウドサービス",
                "Servers, terminals and cloud services used in the {work} department",
            ),
        ),
    },
    assessors=("K-21", "0105", "CERT7"),
    status_lists=(
        "https://hoshi.example.jp/status/2/0",
        "https://registry.scheme.example/status/e/5",
        "https://r.example/status/q4q4/0",
    ),
)
