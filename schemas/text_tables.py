"""Made from repertoire.txt by `make tables`; not to be edited. `repertoire` and `folding` read it."""

KINDS = """\
wXS2mOxXScOXgiO27MXwM8O2X6O4X7OXOXkOX68O7M4mOX12O2X1eO2X3OX19MOMO2MO2MOM8XrO4X6OhXaObMOX1aOlMgOM2tO7MXO6M2O2MO
4MwO2XOMuOrM2X2hObMOeX17O9M7O2XMoO4MO9MO3MO5M2XfOXpO3M2XOXbO5XvO9X8M16OoMXwMJ1iOMJMO3J8M4JM2JO7MaO2MtOM2JX8O2X
2O2XmOX7OXO3X4O2XMO3J4M2X2J2X2JMO8XJ4X2OX3O2M2XoOM2X2MJX6O4X2O2XmOX7OX2OX2OX2O2XMX3J2M4X2M2X3M3XM7X4OXO7XaO2M3
OMOaX2MJX9OX3OXmOX7OX2OX5O2XMO3J5MX2MJX2JM2XOfX2O2M2XcO7XO6MXM2JX8O2X2O2XmOX7OX2OX5O2XMOJMJ4M2X2J2X2JM7X2MJ4X2
OX3O2M2XiOaXMOX6O3X3OX4O3X2OXOX2O3X2O3X3O3XcO4X2JM2J3X3JX3JM2XO6XJeXlO5XM3JM8OX3OXnOXgO2XMO3M4JX3MX4M7X2MX3O2X
O2X2O2M2XaO7XaOM2J9OX3OXnOXaOX5O2XMOJM5JXM2JX2J2M7X2J6X2OX2O2M2XaOX2OdX2M2J9OX3OX15O2MO3J4MX3JX3JM2O4X3OJaO2M2
XqOXM2JXiO3XoOX9OXO2X7O3XM4X3J3MXMX8J6XaO2X2JOcX1cOM2O7M4X8O8MdO11X2OXOX5OXoOXOXaOM2O9MO2X5OXOX6M2XaO2X4OwXoO2
MrOMOMOM4O2J8OX10O4XeMJ5MO2M5ObMX10MX8OM6OXdO11X17O2J4MJ6MJ2M2J2MnO2J2M4O3MO3J2O7J3O4MdOM2J2M6JMOJaO3JM14OXO5X
O2X3zO2X6gOX4O2X7OXOX4O2X15OX4O2XxOX4O2X7OXOX4O2XfOX1lOX4O2X1vO2X3MtO3XqO6X2eO2X6O2XhsOSsO3X2hO7XiO3MJ9XjO2MJ2
O9XiO2McXdOX3OX2McX1gO2XJ7M8JM2JbM9OM2XaO6XaO6XbO5XaO6X2hO7X5O2MyOMO5X1yOaXvOX3M4J2M3J4X2JM6J3M4XO3X16O2X5ObX1
8O4XqO6XbO3X1lO2M2JM2X1jOJMJ7MXMJM2J8M6JaM2XMaO6XaO6XeO2XvM1dX4MJ1bOMJ5MJM5JM2J8O3XrO9MbOX2MJuOJ4M2J2MJ3M1kOMJ
2M3JMJ3M2J8X14O8J8M2J2M3XfO3X1oO7X17O2XbO8X3MOdMJ7M4OM6OM2OJ2MO5X5cO1sM7qO2X6O2X12O2X6O2X8OXOXOXOXvO2X1hOXfOXe
O2X6OXjO2X3OX9OXbS5XoO7XS1bOSgX2O2XrOXdO3XxOfXxMfX3wO4XifOpXbOlXpsOXojO2XwOX9kO3M2O5X19OXO5XO2X1kO7X2OeXMnO9X7
OX7OX7OX7OX7OX7OX7OX7OXwM2mOyXqOX2hOcX5yOqXcO4XS15O4M2JgOX2eO2X2M2tO5X17OX1fOX16OX2cOcX1bOXdcO534I1sOg74IwdO3X
1jO9X9oOkX1bO4MOaMwO2M28O2M6O8X5nO5X2OXOX5OoXgOM3OM4OMnO2J2MJ4OM3XaO6X1kO8X2J1eOgJ2M8XcO6XiMdOM12O8MpObM2JbXuO
3X3MJ1bOM2J4M2J2M3JdOXbO4X7OMpOX15O6M2J2M2J2M9X3OM8OMJ2XaO2XvOJMJ1eOMO3M2O2M5O2MOMOoXgOJ2M2J5OJMaX6O2X6O2X6O9X
7OX7OX1oO4X37O2JM2JM2JOJM2XaO6X8mcOcXnO4X1dO6isXa6I2X2yI12X7OcX5O5XOMoOX5OXOX2OX2OX3hOgXcdO2X1iO7XOwXgOgVaO6Xg
MzOXjOX4O4X5OX3rO4X4fOXuO3X6O2X6O2X6O2X3O3X7OX7OeXO2XcOXqOXjOX2OXfO2XeOyX3fO5X3O4X19O3X2gOXdO3XO1bX19OM3mXtO3X
1dOfXMrO4X10O9XuO5X12O5M5XuOX11O4XeO16X4eO2XaO6X10O4X10O4X14O8X1gObXcOXfOX7OX2OXbOXfOX7OX2O1vX8nO9XmOaX8OoX6OX
16OX9O1xX6O2XOX18OX2O3XO2XnOX20O8X9O1cXjOX2O5XxO3XrO5XO1sX1kO4XkO2X1bO3MX2M5X4M4OX3OXtO2X3M4XM9O7X9O7X1sOwX11O
2M4XcO9X1iO3XtO2XrO5XqO7X4OcX7O28X21O1jX1fOdX1fO7X16O4M8XaO86XvOX16OX2MO2X2O26X14O8XmObM9OmXiO4M4O12XsOkXnO9XJ
MJ1hOfM7O4XuOM2O2MOaX2MJ19O3J4M2J2M2OX4OMdXpO7XaO6X3M10O5MJ8MXfO2JO8XzOM3O9X2MJ1cO3J9M2J8O4MOJMgOXkObXiOXpO3J3
M2JMJ2M6OM1tX7OXOX4OXfOXbO6X1bOM3J8M5XaO6X2M2JX8O2X2O2XmOX7OX2OX5OX2MO2JM4J2X2J2X3J2XO6XJ5X5O2J2X7M3X5M3vX1hO3
J8M2J3MJMlOXOM3OuX1cO3J6MJM4J2MJ2M4O8XaO4mX1bO3J4M2X4J2MJ2MrO2MyX1cO3J8M2JMJ2M4ObXaO6XdOjX17OMJM2J6MJM2O6XaO1i
XrO2X3M2J4MJ5M4XnO55X18O3J9MJ2MO2sX2bOcX8O2XO2X8OX2OXoO6JX2J2X2MJMOJOJM3O9XaO1yX8O2X13O3J4M2X2M4JM3OJrXOaM14O6
MJO4M8OM8XO6M2J3M1aOdMJ2M9OdX21O7bX9OX11OJ7MX6MJM6OaXtO3XwO2XmMXJ7MJ2MJ2M21X7OX2OX12O6M3XMX2MX7MOM8XaO6X6OX2OX
wO5JX2MX2JMJMO7XaO8mXjO2M2J2O53XOfX1eOdXpnO2uX33OX5ObX5gO218X2rOdXtrO34hXg7O6ntXftO7XvOXaO4X29OXaO6XuO2X5MOaX1
cO7MfOaXaOX7OXlO5XjOj4X2jO2tX23O4XMO1jJ7X4MdO1sX4OcX2JeX4qgO8XyeO16X9O6w7X4OX7OX2OX83O19X3OhX4O8Xb0O1s4X2zO5Xd
O3X9O7XaO2XO2MO3moX1aM2XnM9X38O1oX6uOaX13O2X1cOXbO2J3M3O6J8X8M2O7MuO4M1pOlX1uO3MO4aXkOcX2fO9XpO3rX2dOX1zOX2O2X
O2X2O2X4OXcOXOX7OX1tOX4O2X8OX7OXsOX4OX5OXO3X7OX9gO2X84O2XfmO1jM4O1eM8OMeOM7OfX5MXfMuoXvO69X7MXhM2X7MX2MX5M5xX1
9O3X7M7O2XaO4X2O8wXuOMhX18O4MaO5XOyoX7OX4OX2OXfOX5hO2X9O7M15X1wO7MO4XaO4X2OltX1wO24X1pO5eX4OXrOX2OXO2XOXaOX4OX
OXO6XO4XOXOXOX3OX2OXO2XOXOXOXOXOX2OXO2X4OX7OX4OX4OXOXaOXhO5X3OX5OXhO1gX2O7iX18O4X2sOcXfO2XfOXfOX11OaX4uO1kXtOd
X18O4X9O7X2OeX6O4aXrcO5XgO3XdO3X38OcX2hO7XcO4XOfXcO4X1kO8XaO6X14O8XuO2X2O26X9gOcXeO2X5O3X5O3X7O9XtO3XbO5X6OaXa
O6X8O8X7O9X43OX1jO11XaOsmXwyoIwX37dI7X66I2X4g2IeX5rlI2e7Xf2I15uX3t7IfcmtX6oV47bkX
"""

SCRIPTS = """\
1t q.+ 6 q.0 1b 1.0 f 1.0 5 n.0 1 v.0 1 ch.0 13 5.0 5 2.+ 3o 4.+ 1 9.2 1 6.2 1 1.2 1 2i.2 e.+ g.2 3p.+ 2 4q.4
2o.+ 39.+ 6.+ 1 e.7 2 2.7 1 w.7 1 a.7 b q.7 1 3z.7 28.+ 1c.7 1s.+ 1s.+ 1s.+ w.+ g.8 40.7 29.+ 4 f.d 2 q.d 3l.+
3k.+ 3k.+ 3l.+ 3i.+ 3k.+ 3k.+ 3l.+ 3k.+ 1q.+ 1 1t.n 3j.+ 5x.+ 4 13.p 4g.+ 2j.+ 1 4.r 74.+ bk.+ 2o.+ hs.+ w.+
23.+ 3 i.x w.+ l.+ b w.+ w.+ 3k.+ 2.+ 2 1.13 1 4q.13 28.v 28.+ 1c.+ 2o.+ w.12 w.+ 40.+ 28 3k.+ 1s.+ 1s.+ 28.+
1c.+ g.4 1c.r g.1a 1c 12.0 5.2 1.4 1d.0 5.2 4.0 5.2 d.0 1.4 1y.0 1.2 1s 74.0 74.2 35 3.0 b 1.0 g g.0 3q 1.2 3
2.0 6 1.0 r 1.0 h 15.0 1a0 73.+ lc 2o.+ w.0 3k.3 1c.r 28.+ 2o.t w.4 3k a8.+ l 1.1h 1 1.1h p 9.1h 4 2.s 8 4.1h
5 2g.+ 4 3.1i 1 2i.+ 2 8.1j 18.1 2n.s g w.1 1c g.1j w.s 1s v.s 29 1b.1j 1 2g.1j 4o 534.1h 1s g74.1h y8.+ 1c.+
8w.+ 2o.4 2o.+ y 2u.0 3 39.0 1c.+ g 1s.+ 2o.+ w.d 1a.+ 1 1.1r 1c.+ w.s 27.+ 1 g.1t w.q 2o.+ w.q 2o.+ x.+ 1b.t
17.0 1 9.0 1.2 4.0 6 28.u 1s.1w f7k.s e8.1h j.0 a.5 1f.6 dq.7 2 5c.7 1a 2.4 1s 41.7 w q.0 6 q.0 b a.1j 1 19.1j
3 1r.s w 74.+ 1s 28.2 g 1c.2 4w w.+ 1s.+ w 1c.+ w.+ 1c.+ w.+ 2o.+ 28.+ 1c.+ 1c.+ 28.+ 1c.+ 1s.+ 40.+ ao.+ 3k.0
1s.+ w.+ w.+ 2o.+ w.+ w.+ 2o.+ w.+ 2o.+ 2o.+ w.+ 1s.+ 1s.+ 1s.+ w.+ w.+ 3k.+ 3k.+ 3k.+ 9s.+ w.7 3k.+ 1c.+ 1s.+
1s.+ 1c.+ w.+ 3k.+ 28.+ 1c.+ 28.+ 1c.+ 2p.+ v.m 3k.+ 1c.+ 28.+ 1n.+ 1 5g.3c 3k.+ 74.+ 3k.+ 2o.+ w.13 3k.+ 74.+
4g.+ 2o.+ 4g.+ 2o.+ 28.+ 2o.+ g.v 8w.+ 34.+ 40.+ 2o.+ ao.+ 5s.+ g.1l 1s.i 32o.+ 34.+ 3y8.+ 740.+ g0.1n 1c.+
2o.+ 1c.+ n4.+ 5c.+ 68.+ 1.+ 1.+ u.1h 5c0.45 e8.+ 6wg.45 h.1j 7z.1i 1c.1j k.1i c.1j 234.46 3r4.+ lc 68.2 10g
1ds.+ 74.0 74.1f b4.+ 1c.+ 10g.+ w.t 74.+ oh.+ b3 e8.7 e8 1.1i 2rj gv0g.1h 6o
"""

SCRIPT_NAMES = """\
Latin Bopomofo Greek Coptic Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Samaritan Mandaic Devanagari
Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian
Hangul Ethiopic Cherokee Canadian_Aboriginal Ogham Runic Tagalog Hanunoo Buhid Tagbanwa Khmer Mongolian Limbu
Tai_Le New_Tai_Lue Buginese Tai_Tham Balinese Sundanese Batak Lepcha Ol_Chiki Braille Glagolitic Tifinagh Han
Hiragana Katakana Yi Lisu Vai Bamum Syloti_Nagri Phags_Pa Saurashtra Kayah_Li Rejang Javanese Cham Tai_Viet
Meetei_Mayek Linear_B Lycian Carian Old_Italic Gothic Old_Permic Ugaritic Old_Persian Deseret Shavian Osmanya
Osage Elbasan Caucasian_Albanian Vithkuqi Linear_A Cypriot Imperial_Aramaic Palmyrene Nabataean Hatran
Phoenician Lydian Meroitic_Hieroglyphs Meroitic_Cursive Kharoshthi Old_South_Arabian Old_North_Arabian
Manichaean Avestan Inscriptional_Parthian Inscriptional_Pahlavi Psalter_Pahlavi Old_Turkic Old_Hungarian
Hanifi_Rohingya Yezidi Old_Sogdian Sogdian Old_Uyghur Chorasmian Elymaic Brahmi Kaithi Sora_Sompeng Chakma
Mahajani Sharada Khojki Multani Khudawadi Grantha Newa Tirhuta Siddham Modi Takri Ahom Dogra Warang_Citi
Dives_Akuru Nandinagari Zanabazar_Square Soyombo Pau_Cin_Hau Bhaiksuki Marchen Masaram_Gondi Gunjala_Gondi
Makasar Cuneiform Cypro_Minoan Egyptian_Hieroglyphs Anatolian_Hieroglyphs Mro Tangsa Bassa_Vah Pahawh_Hmong
Medefaidrin Miao Tangut Nushu Khitan_Small_Script Duployan SignWriting Nyiakeng_Puachue_Hmong Toto Wancho
Mende_Kikakui Adlam
"""

TOGETHER = """\
Latin Han Hiragana Katakana / Latin Han Bopomofo / Latin Han Hangul / Latin Thai / Latin Lao / Latin Khmer
"""

ALIKE = """\
Latin Greek Cyrillic Armenian Coptic Cherokee Lisu Deseret Osage Gothic Elbasan Warang_Citi Old_Italic Carian
Lycian Lydian
"""

LIKE_LATIN = """\
sh.sh sl.so sw.sw sy.sy t1.t1 t6.t6 t8.ta tc.tf th.th ts.ts tx.tx u6.u6 u8.u9 ub.ub ud.ud up.up ut.uw vo.vp
xa.xb xn.xn y7.y7 zl.zl 10a.10d p2.p2 p4.p6 p8.p8 pa.pa pd.pe ph.pj pl.pm po.pp pr.pr pt.pt pw.px pz.pz q2.q3
q9.q9 qh.qh ql.ql qn.qn qp.qp qt.qt qy.qy r0.r0 s3.s3 11p.11p 11r.11r 11x.11x 12o.12o 12t.12t 12w.12w 131.131
135.135 139.139 3vk.3vm 3vp.3vp 3vt.3vw 3w3.3w3 3w7.3w7 3wb.3wb 3wd.3wd 3wg.3wg 3wj.3wj 3wv.3wv 3wy.3wy
3x0.3x1 3x5.3x6 3xa.3xb 3xe.3xe 3xi.3xj 3xn.3xn 3xw.3xw wk0.wk1 wk3.wk4 wk6.wk7 wk9.wka wkc.wkd wkf.wkj
wkm.wkn wkq.wks wku.wku wkw.wkw wky.wl0
"""

FOLDS = """\
1t.2i.1.w 5c.5y.1.w 60.66.1.w 74.8e.2.1 8k.8m.2.1 8p.8t.2.1 8x.93.2.1 96.ae.2.1 ag.ag.1.-3d ah.al.2.1
ap.ap.1.5u aq.as.2.1 au.au.1.5q av.av.1.1 ax.ay.1.5p az.az.1.1 b2.b2.1.27 b3.b3.1.5m b4.b4.1.5n b5.b5.1.1
b7.b7.1.5p b8.b8.1.5r ba.ba.1.5v bb.bb.1.5t bc.bc.1.1 bg.bg.1.5v bh.bh.1.5x bj.bj.1.5y bk.bo.2.1 bq.bq.1.62
br.br.1.1 bt.bt.1.62 bw.bw.1.1 by.by.1.62 bz.bz.1.1 c1.c2.1.61 c3.c5.2.1 c7.c7.1.63 c8.c8.1.1 cc.cc.1.1
ct.d7.2.1 da.dq.2.1 dw.dw.1.1 dy.dy.1.-2p dz.dz.1.-1k e0.f2.2.1 f4.f4.1.-3m f6.fm.2.1 fu.fu.1.8bv fv.fv.1.1
fx.fx.1.-4j fy.fy.1.8bs g1.g1.1.1 g3.g3.1.-5f g4.g4.1.1x g5.g5.1.1z g6.ge.2.1 n9.n9.1.38 og.oi.2.1 om.om.1.1
ov.ov.1.38 p2.p2.1.12 p4.p6.1.11 p8.p8.1.1s pa.pb.1.1r pd.pt.1.w pv.q3.1.w qq.qq.1.1 r3.r3.1.8 rc.ry.2.1
s7.s7.1.1 sa.sa.1.1 sd.sf.1.-3m sg.sv.1.28 sw.tr.1.w v4.w0.2.1 wa.xq.2.1 xs.xs.1.f xt.y5.2.1 y8.10u.2.1
10x.11y.1.1c 3a8.3b9.1.5ls 3bb.3bb.1.5ls 3bh.3bh.1.5ls 3y0.3y5.1.-8 5mo.5mo.1.-4su 5mp.5mp.1.-4st
5mq.5mq.1.-4sk 5mr.5ms.1.-4si 5mt.5mt.1.-4sj 5mu.5mu.1.-4sc 5mv.5mv.1.-4ro 5mw.5mw.1.r7n 5n4.5oa.1.-2bk
5od.5of.1.-2bk 5xc.61g.2.1 61s.64e.2.1 64o.64v.1.-8 654.659.1.-8 65k.65r.1.-8 660.667.1.-8 66g.66l.1.-8
66x.673.2.-8 67c.67j.1.-8 69k.69l.1.-8 69m.69m.1.-22 6a0.6a2.2.-2e 6ag.6ah.1.-8 6ai.6ai.1.-2s 6aw.6ax.1.-8
6ay.6ay.1.-34 6b0.6b0.1.-7 6bc.6bc.1.-3k 6be.6be.1.-3i 6k2.6k2.1.s 6mb.6mb.1.1 8ow.8q7.1.1c 8rk.8rk.1.1
8rm.8rm.1.-8af 8rn.8rn.1.-2xy 8ro.8ro.1.-89z 8rr.8rv.2.1 8rx.8rx.1.-8bg 8ry.8ry.1.-8al 8rz.8rz.1.-8bj
8s0.8s0.1.-8bi 8s2.8s2.1.1 8s5.8s5.1.1 8se.8sf.1.-8cf 8sg.8v6.2.1 8vf.8vh.2.1 8vm.8vm.1.1 wu8.wvg.2.1
ww0.wwq.2.1 x0i.x0u.2.1 x0y.x2m.2.1 x2x.x2z.2.1 x31.x31.1.-r9g x32.x3a.2.1 x3f.x3f.1.1 x3h.x3h.1.-wmg
x3k.x3m.2.1 x3q.x48.2.1 x4a.x4a.1.-wn8 x4b.x4b.1.-wnj x4c.x4c.1.-wnf x4d.x4d.1.-wn5 x4e.x4e.1.-wn8
x4g.x4g.1.-wlu x4h.x4h.1.-wmi x4i.x4i.1.-wlx x4j.x4j.1.ps x4k.x4y.2.1 x50.x50.1.-1c x51.x51.1.-wn7
x52.x52.1.-raw x53.x55.2.1 x5c.x5c.1.1 x5i.x5k.2.1 x6d.x6d.1.1 xv4.xxb.1.-tzk 1fcw.1fdz.1.14 1fhs.1fir.1.14
1fn4.1fne.1.13 1fng.1fnu.1.13 1fnw.1fo2.1.13 1fo4.1fo5.1.13 1h1c.1h2q.1.1s 1jfk.1jgf.1.w 20cg.20db.1.w
2olc.2om9.1.y
"""

EXPANSIONS = """\
67.37.37 8g.2x.lj ds.2y.lo pc.qh.lk.ld q8.qt.lk.ld 61i.2w.mp 61j.38.lk 61k.3b.lm 61l.3d.lm 61q.37.37 66o.qt.lv
66q.qt.lv.lc 66s.qt.lv.ld 66u.qt.lv.n6 680.64g.qh 681.64h.qh 682.64i.qh 683.64j.qh 684.64k.qh 685.64l.qh
686.64m.qh 687.64n.qh 688.64g.qh 689.64h.qh 68a.64i.qh 68b.64j.qh 68c.64k.qh 68d.64l.qh 68e.64m.qh 68f.64n.qh
68g.65c.qh 68h.65d.qh 68i.65e.qh 68j.65f.qh 68k.65g.qh 68l.65h.qh 68m.65i.qh 68n.65j.qh 68o.65c.qh 68p.65d.qh
68q.65e.qh 68r.65f.qh 68s.65g.qh 68t.65h.qh 68u.65i.qh 68v.65j.qh 68w.674.qh 68x.675.qh 68y.676.qh 68z.677.qh
690.678.qh 691.679.qh 692.67a.qh 693.67b.qh 694.674.qh 695.675.qh 696.676.qh 697.677.qh 698.678.qh 699.679.qh
69a.67a.qh 69b.67b.qh 69e.67k.qh 69f.q9.qh 69g.q4.qh 69i.q9.n6 69j.q9.n6.qh 69o.q9.qh 69u.67o.qh 69v.qf.qh
69w.q6.qh 69y.qf.n6 69z.qf.n6.qh 6a4.qf.qh 6aa.qh.lk.lc 6ae.qh.n6 6af.qh.lk.n6 6aq.qt.lk.lc 6as.qp.lv
6au.qt.n6 6av.qt.lk.n6 6b6.67w.qh 6b7.qx.qh 6b8.r2.qh 6ba.qx.n6 6bb.qx.n6.qh 6bg.qx.qh
"""
