"""The columns of a draft: their names in both languages, and what would be right in them."""

from dataclasses import dataclass

from verifier.suppliers.headers import folded_header

__all__ = ["COLUMNS", "PRIVATE", "REQUIRED", "Column", "find_column"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`private`: kept in the ledger, never in what is signed or sent."""

    name: str
    header: dict[str, str]
    expected: dict[str, str]
    synonyms: tuple[str, ...] = ()
    required: bool = False
    private: bool = False


def _column(
    name: str, header: str, en: str, ja: str, *synonyms: str, required: bool = False, private: bool = False
) -> Column:
    return Column(
        name=name,
        header={"en": name, "ja": header},
        expected={"en": en, "ja": ja},
        synonyms=synonyms,
        required=required,
        private=private,
    )


_DAY = ("a day, written 2027-03-31", "日付（例 2027-03-31）")
_TEXT = ("a text of at most 240 bytes", "240バイト以内の文字列")

COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        _column(
            "draft_id",
            "申請番号",
            "your own number of this draft, unique for ever",
            "貴機関での一意な番号",
            *("受付番号", "整理番号", "管理番号"),
            required=True,
        ),
        _column(
            "organisation_id",
            "法人番号",
            "13 digits (法人番号), or ICD:value such as 0199:<LEI>",
            "法人番号13桁。海外は 0199:LEI など",
            *("組織ID", "法人番号等", "organization_id"),
            required=True,
        ),
        _column(
            "legal_name",
            "法人名",
            "the name as registered",
            "登記上の名称",
            *("商号", "名称", "商号又は名称", "正式名称", "会社名"),
            required=True,
        ),
        _column(
            "legal_name_latin",
            "英文名称",
            "the name in Latin letters",
            "ラテン文字の名称",
            *("英語名", "法人名（英語）", "英文社名", "ローマ字名"),
        ),
        _column(
            "name_kana",
            "フリガナ",
            "the reading in katakana",
            "カタカナの読み",
            "カナ",
            "ふりがな",
            "法人名カナ",
        ),
        _column(
            "other_names",
            "その他の名称",
            "former:NAME;trading:NAME;other-script:NAME",
            "旧商号:名称;屋号:名称",
            "別名",
        ),
        _column(
            "country",
            "国",
            "two capitals of ISO 3166-1, for example JP",
            "ISO 3166-1 の2文字（例 JP）",
            "国コード",
            required=True,
        ),
        _column(
            "region",
            "地域",
            "ISO 3166-2, for example JP-13",
            "ISO 3166-2（例 JP-13）",
            "都道府県コード",
            "地域コード",
        ),
        _column("level", "段階", "3 or ★3", "3 又は ★3", "レベル", "星", "★", required=True),
        _column(
            "edition",
            "基準の版",
            "an edition of the scheme file",
            "制度ファイルにある版",
            "版",
            required=True,
        ),
        _column(
            "assessment",
            "評価方式",
            "expert-confirmed or third-party, as the level asks",
            "専門家確認 又は 第三者評価",
            "評価方法",
            required=True,
        ),
        _column(
            "unit",
            "単位",
            "legal-entity, group or division",
            "法人・グループ・部門 のいずれか",
            "取得単位",
            required=True,
        ),
        _column("scope", "適用範囲", *_TEXT, "範囲", "対象範囲", required=True),
        _column(
            "scope_latin",
            "適用範囲（英語）",
            "the scope in Latin letters",
            "ラテン文字の適用範囲",
            "英文適用範囲",
        ),
        _column(
            "entities",
            "対象法人",
            "id|name|latin;id|name|latin … for a group, and only for a group",
            "法人番号|名称|英文名;… （グループのみ）",
        ),
        _column("assessed_on", "評価日", *_DAY, required=True),
        _column("valid_from", "有効期間開始日", *_DAY, "有効開始日", "開始日"),
        _column(
            "valid_until",
            "有効期間満了日",
            "the last valid day, written 2027-03-31",
            "有効な最後の日（例 2027-03-31）",
            *("有効期限", "満了日", "最終有効日"),
        ),
        _column(
            "assessor_code",
            "評価機関コード",
            "a code of the scheme file, for example AB01",
            "制度ファイルにあるコード",
        ),
        _column(
            "expert_qualification",
            "専門家の資格",
            "a qualification of the scheme file",
            "制度ファイルにある資格",
            "資格",
        ),
        _column("expert_affiliation", "専門家の所属", "internal or external", "社内 又は 社外", "所属"),
        _column("expert_training_on", "専門家の研修受講日", *_DAY, "研修受講日"),
        _column("oath_on", "誓約日", *_DAY),
        _column("technical_check_on", "技術検証日", *_DAY),
        _column(
            "technical_checker_code",
            "技術検証機関コード",
            "a code of the scheme file, for example AB01",
            "制度ファイルにあるコード",
        ),
        _column(
            "supersedes",
            "置換対象",
            "the number of the mark this one replaces",
            "置き換えられるマークの番号",
            *("旧マーク番号", "置換するマーク番号"),
        ),
        _column(
            "related", "関連制度", "scheme|reference|2027-03-31;…", "制度|番号|2027-03-31;…", "関連する制度"
        ),
        _column("contact", "問合せ先", "a public address for questions", "公開する問合せ先", "連絡先"),
        _column(
            "web",
            "ウェブサイト",
            "https://www.example.co.jp/",
            "https://www.example.co.jp/",
            "URL",
            "ホームページ",
        ),
        _column("expert_name", "専門家氏名", *_TEXT, private=True),
        _column("expert_no", "専門家登録番号", *_TEXT, private=True),
        _column("oath_by", "誓約者", *_TEXT, private=True),
        _column(
            "contact_mail", "担当者メール", "name@example.co.jp", "name@example.co.jp", "メール", private=True
        ),
        _column(
            "effort_hours",
            "工数（時間）",
            "hours, for example 12.5",
            "時間数（例 12.5）",
            "工数",
            private=True,
        ),
        _column("report_sha256", "報告書SHA256", "64 hex digits", "16進64桁", private=True),
        _column("remarks", "備考", *_TEXT, "メモ", private=True),
    )
}
REQUIRED = tuple(name for name, column in COLUMNS.items() if column.required)
PRIVATE = tuple(name for name, column in COLUMNS.items() if column.private)

_BY_HEADER = {
    folded_header(header): column
    for column in COLUMNS.values()
    for header in (column.name, column.header["ja"], *column.synonyms)
}


def find_column(header: str) -> Column | None:
    """The column a header means, in either language; case, width, blanks, brackets and * do not matter."""
    return _BY_HEADER.get(folded_header(header))
