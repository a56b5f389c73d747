"""What the header of a column means: the known columns of a table of suppliers, in the words people use for them."""

import re
import unicodedata

__all__ = ["KNOWN", "folded_header", "meant_by"]

_BETWEEN = re.compile(r"[\s*_\-()（）・.:：]+")

# By column: the words for it beside its own name. Left out on purpose: 有効期限 (whose?), 拠点 (where they sit is not
# what is wanted of a scope), 英文社名 (the name of the company is asked for once).
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "mark": (
        *("マーク番号", "マーク", "証番号", "認証番号", "認証マーク番号", "証明書番号", "マークNo", "証"),
        *("mark number", "mark no", "certificate", "certificate number", "certificate no"),
    ),
    "url": (
        *("リンク", "マークのURL", "マークURL", "証のURL", "QRコード", "QR", "二次元コード", "コードの内容"),
        *("link", "mark url", "mark link", "qr code"),
    ),
    "id": (
        *("法人番号", "法人番号等", "国税庁法人番号", "13桁法人番号", "組織ID", "登録番号", "インボイス番号"),
        *("インボイス登録番号", "適格請求書発行事業者登録番号", "LEI", "GLN", "DUNS", "D-U-N-S", "LEIコード"),
        *("organisation id", "organization id", "corporate number", "company number", "company id"),
        *(
            "registration number",
            "invoice number",
            "supplier id",
            "vendor id",
            "houjin bangou",
            "hojin bango",
        ),
    ),
    "name": (
        *(
            "取引先名",
            "取引先名称",
            "会社名",
            "法人名",
            "商号",
            "商号又は名称",
            "名称",
            "企業名",
            "社名",
            "正式名称",
            "会社名称",
            "法人名称",
            "企業名称",
            "仕入先名称",
            "委託先名称",
            "発注先名称",
            "外注先名称",
            "業者名称",
            "相手先名称",
            "事業者名称",
            "ベンダー名称",
        ),
        *(
            "仕入先名",
            "仕入先",
            "委託先名",
            "委託先",
            "取引先",
            "発注先名",
            "発注先",
            "外注先名",
            "外注先",
            "業者名",
        ),
        *("ベンダー名", "ベンダー", "協力会社名", "相手先名", "事業者名"),
        *("supplier", "supplier name", "vendor", "vendor name", "company", "company name", "legal name"),
        *("organisation", "organization", "organisation name", "organization name", "contractor", "partner"),
    ),
    "country": ("国", "国コード", "国名", "所在国", "country code"),
    "scope": ("適用範囲", "対象範囲", "範囲", "必要範囲", "必要な範囲", "required scope"),
    "level": (
        *("必要レベル", "要求レベル", "必要段階", "要求段階", "段階", "レベル", "星", "★", "必要な段階"),
        *("min level", "minimum level", "required level", "stars", "star"),
    ),
    "needed_until": (
        *(
            "必要期限",
            "期限",
            "契約期限",
            "必要な日",
            "納期",
            "納入期限",
            "納品日",
            "契約終了日",
            "契約満了日",
            "契約終了",
            "取引終了日",
        ),
        *("until", "delivery date", "due date", "contract end", "contract end date", "end of contract"),
    ),
    "ref": (
        *(
            "取引先コード",
            "取引先CD",
            "仕入先CD",
            "業者CD",
            "取引先番号",
            "仕入先コード",
            "委託先コード",
            "業者コード",
            "管理番号",
            "整理番号",
            "コード",
        ),
        *(
            "番号",
            "No",
            "#",
            "項番",
            "連番",
            "supplier code",
            "vendor code",
            "reference",
            "supplier no",
            "vendor no",
            "code",
        ),
    ),
}
KNOWN = tuple(_SYNONYMS)


def folded_header(header: str) -> str:
    """A header without case, width, blanks, brackets, hyphens and *."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", header).casefold())


_MEANT = {folded_header(header): name for name, headers in _SYNONYMS.items() for header in (name, *headers)}


def meant_by(header: str) -> str | None:
    """The known column a header means, in either language."""
    return _MEANT.get(folded_header(header))
