"""What may be chosen in a cell: the words of both languages, and the codes of ISO 3166-1."""

import re

from schemas.claims import Assessment, Unit

__all__ = ["AFFILIATIONS", "ASSESSMENTS", "COUNTRIES", "KINDS", "UNITS"]

ASSESSMENTS = {
    "expert-confirmed": Assessment.EXPERT_CONFIRMED,
    "専門家確認": Assessment.EXPERT_CONFIRMED,
    "専門家確認付き自己評価": Assessment.EXPERT_CONFIRMED,
    "third-party": Assessment.THIRD_PARTY,
    "第三者評価": Assessment.THIRD_PARTY,
}
UNITS = {
    "legal-entity": Unit.LEGAL_ENTITY,
    "法人": Unit.LEGAL_ENTITY,
    "法人単位": Unit.LEGAL_ENTITY,
    "group": Unit.GROUP,
    "グループ": Unit.GROUP,
    "division": Unit.DIVISION,
    "部門": Unit.DIVISION,
    "事業部": Unit.DIVISION,
    "事業所": Unit.DIVISION,
}
AFFILIATIONS = {"internal": "internal", "社内": "internal", "external": "external", "社外": "external"}
KINDS = {
    "former": "former",
    "旧商号": "former",
    "旧称": "former",
    "trading": "trading",
    "屋号": "trading",
    "通称": "trading",
    "other-script": "other-script",
    "他表記": "other-script",
}
_ISO_3166 = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
COUNTRIES = frozenset(re.findall("[A-Z]{2}", _ISO_3166))
