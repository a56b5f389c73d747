"""Made from repertoire.txt by `make tables`; not to be edited. `repertoire` reads it."""

CHARACTERS = """\
wX 1S wO qO1v 6O qO1v 4O xX 1S 9O 1O1v 2O 1X cO 1O1v 5O nO1v 1O vO1v 1O chO1v 13O 5O1v 5O 2Oc kO 27M 1X wM
4O16 1O 3O16 2X 4O16 1O 1O16 4X 1O16 1O 1O16 1O 3O16 1X 1O16 1X kO16 1X 1rO16 eOo gO16 3nOs 2Ms 2M 3Ms 4mOs 1X
12O4 2X 1eO4 2X 3O4 1X 19M1f 1O1f 1M1f 1O1f 2M1f 1O1f 2M1f 1O1f 1M1f 8X rO1f 4X 6O1f hX 6O3 1O 3O3 bM3 1O 1X
2O3 1O wO3 1O aO3 bM aM3 gO3 1M 2tO3 7M3 1X 1O3 6M3 2O3 2M3 1O3 4M3 iO3 eO3q 2X 1O3q 1M3q uO3q rM3q 2X 3O3q
1cO3 12O41 bM41 1O41 eX 17O2p 9M2p 7O2p 2X 1M2p 2O2p mO3e 4M3e 1O3e 9M3e 1O3e 3M3e 1O3e 5M3e 2X fO3e 1X pO26
3M26 2X 1O26 1X bO3q 5X vO3 9X 8M3 16O3 oM3 1X tM3 3Mu 1Ju 1iOu 1Mu 1Ju 1Mu 1Ou 3Ju 8Mu 4Ju 1Mu 2Ju 1Ou 4M 3Mu
aOu 2Mu 2O qOu 1Oa 1Ma 2Ja 1X 8Oa 2X 2Oa 2X mOa 1X 7Oa 1X 1Oa 3X 4Oa 2X 1Ma 1Oa 3Ja 4Ma 2X 2Ja 2X 2Ja 1Ma 1Oa
8X 1Ja 4X 2Oa 1X 3Oa 2Ma 2X oOa 1Ma 2X 2M19 1J19 1X 6O19 4X 2O19 2X mO19 1X 7O19 1X 2O19 1X 2O19 1X 2O19 2X
1M19 1X 3J19 2M19 4X 2M19 2X 3M19 3X 1M19 7X 4O19 1X 1O19 7X aO19 2M19 3O19 1M19 1O19 aX 2M17 1J17 1X 9O17 1X
3O17 1X mO17 1X 7O17 1X 2O17 1X 5O17 2X 1M17 1O17 3J17 5M17 1X 2M17 1J17 1X 2J17 1M17 2X 1O17 fX 2O17 2M17 2X
cO17 7X 1O17 6M17 1X 1M33 2J33 1X 8O33 2X 2O33 2X mO33 1X 7O33 1X 2O33 1X 5O33 2X 1M33 1O33 1J33 1M33 1J33
4M33 2X 2J33 2X 2J33 1M33 7X 2M33 1J33 4X 2O33 1X 3O33 2M33 2X iO33 aX 1M3x 1O3x 1X 6O3x 3X 3O3x 1X 4O3x 3X
2O3x 1X 1O3x 1X 2O3x 3X 2O3x 3X 3O3x 3X cO3x 4X 2J3x 1M3x 2J3x 3X 3J3x 1X 3J3x 1M3x 2X 1O3x 6X 1J3x eX lO3x 5X
1M40 3J40 1M40 8O40 1X 3O40 1X nO40 1X gO40 2X 1M40 1O40 3M40 4J40 1X 3M40 1X 4M40 7X 2M40 1X 3O40 2X 1O40 2X
2O40 2M40 2X aO40 7X 9O40 1O1m 1M1m 2J1m 9O1m 1X 3O1m 1X nO1m 1X aO1m 1X 5O1m 2X 1M1m 1O1m 1J1m 1M1m 5J1m 1X
1M1m 2J1m 1X 2J1m 2M1m 7X 2J1m 6X 2O1m 1X 2O1m 2M1m 2X aO1m 1X 2O1m dX 2M25 2J25 9O25 1X 3O25 1X 15O25 2M25
1O25 3J25 4M25 1X 3J25 1X 3J25 1M25 2O25 4X 3O25 1J25 aO25 2M25 2X qO25 1X 1M3k 2J3k 1X iO3k 3X oO3k 1X 9O3k
1X 1O3k 2X 7O3k 3X 1M3k 4X 3J3k 3M3k 1X 1M3k 1X 8J3k 6X aO3k 2X 2J3k 1O3k cX 1cO42 1M42 2O42 7M42 4X 1O 7O42
8M42 dO42 11X 2O1u 1X 1O1u 1X 5O1u 1X oO1u 1X 1O1u 1X aO1u 1M1u 2O1u 9M1u 1O1u 2X 5O1u 1X 1O1u 1X 6M1u 2X aO1u
2X 4O1u wX oO43 2M43 rO43 1M43 1O43 1M43 1O43 1M43 4O43 2J43 8O43 1X 10O43 4X eM43 1J43 5M43 1O43 2M43 5O43
bM43 1X 10M43 1X 8O43 1M43 6O43 1X 7O43 4O 2O43 11X 17O2k 2J2k 4M2k 1J2k 6M2k 1J2k 2M2k 2J2k 2M2k nO2k 2J2k
2M2k 4O2k 3M2k 1O2k 3J2k 2O2k 7J2k 3O2k 4M2k dO2k 1M2k 2J2k 2M2k 6J2k 1M2k 1O2k 1J2k aO2k 3J2k 1M2k 2O2k 12O12
1X 1O12 5X 1O12 2X 17O12 1O 4O12 2nO1b 2X 4fO1b 21O11 1X 4O11 2X 7O11 1X 1O11 1X 4O11 2X 15O11 1X 4O11 2X xO11
1X 4O11 2X 7O11 1X 1O11 1X 4O11 2X fO11 1X 1lO11 1X 4O11 2X 1vO11 2X 3M11 tO11 3X qO11 6X 2eOm 2X 6Om 2X hsOh
1S2s sO2s 3X 23O3d 3O bO3d 7X iO3r 3M3r 1J3r 9X 1O3r iO1d 2M1d 1J1d 2O 9X iOg 2Mg cX dO3s 1X 3O3s 1X 2M3s cX
1gO1r 2X 1J1r 7M1r 8J1r 1M1r 2J1r bM1r 9O1r 1M1r 2X aO1r 6X aO1r 6X 2O2h 2O 1O2h 1O 5O2h 5X aO2h 6X 2hO2h 7X
5O2h 2M2h yO2h 1M2h 1O2h 5X 1yOh aX vO1x 1X 3M1x 4J1x 2M1x 3J1x 4X 2J1x 1M1x 6J1x 3M1x 4X 1O1x 3X cO1x uO3t 2X
5O3t bX 18O2n 4X qO2n 6X bO2n 3X 2O2n wO1r nOf 2Mf 2Jf 1Mf 2X 2Of 1hO3u 1J3u 1M3u 1J3u 7M3u 1X 1M3u 1J3u 1M3u
2J3u 8M3u 6J3u aM3u 2X 1M3u aO3u 6X aO3u 6X eO3u 2X vM 1dX 4M6 1J6 1bO6 1M6 1J6 5M6 1J6 1M6 5J6 1M6 2J6 8O6 3X
rO6 9M6 bO6 1X 2M3o 1J3o uO3o 1J3o 4M3o 2J3o 2M3o 1J3o 3M3o iO3o 12O9 1M9 1J9 2M9 3J9 1M9 1J9 3M9 2J9 8X 4O9
10O1w 8J1w 8M1w 2J1w 2M1w 3X fO1w 3X 3O1w 1cO2t 9Os 7X 17O12 2X 3O12 8O3o 8X 3M 1O dM 1J 7M 4O 1M 6O 1M 2O 1J
2M 1O 5X 12O1v 5O16 1Os 1dO1v 5O16 4O1v 5O16 dO1v 1Os 1yO1v 1O16 1sM 74O1v mO16 2X 6O16 2X 12O16 2X 6O16 2X
8O16 1X 1O16 1X 1O16 1X 1O16 1X vO16 2X 1hO16 1X fO16 1X eO16 2X 6O16 1X jO16 2X 3O16 1X 9O16 1X bS 5X oO 7X
1S 1bO 1S gX 1O 1O1v 2X bO 1O1v fO 1X dO1v 3X xO fX xM fX 12O 1O16 3O 2O1v 6O 1O1v rO 1O1v hO 15O1v 3O 4X ifO
pX bO lX psO 1X 73Oe hgO 2X wO 1X 2xO 2oO13 wO1v 33Oo 3Mo 2Oo 5X 7Oo 12O12 1X 1O12 5X 1O12 2X 1kO44 7X 2O44 eX
1M44 nO11 9X 7O11 1X 7O11 1X 7O11 1X 7O11 1X 7O11 1X 7O11 1X 7O11 1X 7O11 1X wMs 2mO yX qO1a 1X 2hO1a cX 5yO1a
qX cO 4X 1S 4O 1O1a 1O 1O1a pO 9O1a 4M 2J1b 8O 4O1a 4O 1X 2eO1g 2X 2M 2O 3O1g 1O 2iO1n 2O 3O1n 5X 17Oc 1X
1fO1b 1X 16O1b 1X gO wOc 10O cX gO1n vO1b 1X 1sO vO1b 29O 1bO1n 1O 2gO1n 4oO 534I1a 1sO g74I1a wdO4d 3X 1jO4d
9X 1cO20 8cO48 kX 1bOs 4Ms 1Os aMs wOs 2Ms 28O7 2M7 6O7 8X yO 2uO1v 3O 1sO1v 5X 2O1v 1X 1O1v 1X 5O1v oX eO1v
2O3p 1M3p 3O3p 1M3p 4O3p 1M3p nO3p 2J3p 2M3p 1J3p 4O3p 1M3p 3X aO 6X 1kO39 8X 2J3f 1eO3f gJ3f 2M3f 8X cO3f 6X
iMu dOu 1Mu 12O1o 8M1o 1O 1O1o nO3c bM3c 2J3c bX 1O3c tO1b 3X 3M1k 1J1k 1bO1k 1M1k 2J1k 4M1k 2J1k 2M1k 3J1k
dO1k 1X 1O aO1k 4X 2O1k 5O2k 1M2k pO2k 1X 15Ol 6Ml 2Jl 2Ml 2Jl 2Ml 9X 3Ol 1Ml 8Ol 1Ml 1Jl 2X aOl 2X 4Ol rO2k
1J2k 1M2k 1J2k 2O2k 1cO3v 1M3v 1O3v 3M3v 2O3v 2M3v 5O3v 2M3v 1O3v 1M3v 1O3v oX 5O3v bO2b 1J2b 2M2b 2J2b 5O2b
1J2b 1M2b aX 6O11 2X 6O11 2X 6O11 9X 7O11 1X 7O11 1X 17O1v 1O 9O1v 1O16 4O1v 2O 4X 28Om zO2b 2J2b 1M2b 2J2b
1M2b 2J2b 1O2b 1J2b 1M2b 2X aO2b 6X 8mcO1b cX nO1b 4X 1dO1b 6isX a6I1a 2X 2yI1a 12X 7O1v cX 5O4 5X 1O1f 1M1f
oO1f 1X 5O1f 1X 1O1f 1X 2O1f 1X 2O1f 1X aO1f 37O3 gX a3O3 2O 28O3 2X 1iO3 7X 1O3 wX gO3 gV aO 6X eM 2Ms zO 1X
jO 1X 4O 4X 5O3 1X 3rO3 4X wO qO1v 6O qO1v bO aO1n 1O 19O1n 2O 1X uO1b 3X 6O1b 2X 6O1b 2X 6O1b 2X 3O1b 3X 7O
1X 7O eX 1O 2X cO1z 1X qO1z 1X jO1z 1X 2O1z 1X fO1z 2X eO1z yX 3fO1z 5X 3O 4X 19O 3X 9O 27O16 1X dO 3X 1O16
1bX 19O 1M 3mX tO21 3X 1dOi fX 1M rO 4X 10O2v 9X 3O2v rO14 5X 12O2x 5M2x 5X uO47 1X 1O47 10O2y 4X eO2y 16X
28Ot 1cO3h uO35 2X aO35 6X 10O34 4X 10O34 4X 14Oz 8X 1gOj bX 1Oj bO49 1X fO49 1X 7O49 1X 2O49 1X bO49 1X fO49
1X 7O49 1X 2O49 1vX 8nO1y 9X mO1y aX 8O1y oX 6O1v 1X 16O1v 1X 9O1v 1xX 6Oq 2X 1Oq 1X 18Oq 1X 2Oq 3X 1Oq 2X 1Oq
mO1h 1X 9O1h wO37 vO2l 8X 9O2l 1cX jO1e 1X 2O1e 5X 5O1e sO3a 3X 1O3a qO22 5X 1O22 1sX wO2e oO2d 4X kO2d 2X
1aO2d 1O1p 3M1p 1X 2M1p 5X 4M1p 4O1p 1X 3O1p 1X tO1p 2X 3M1p 4X 1M1p 9O1p 7X 9O1p 7X wO30 wO2w wX 11O27 2M27
4X cO27 9X 1iO5 3X 7O5 mO1j 2X 8O1j jO1i 5X 8O1i iO3b 7X 4O3b cX 7O3b 28X 21O31 1jX 1fO2u dX 1fO2u 7X 6O2u
10O1c 4M1c 8X aO1c 86X vO3 1X 16O4c 1X 2M4c 1O4c 2X 2O4c 26X 14O2z 8X mO3l bM3l 9O3l mX iO32 4M32 4O32 12X sOn
kX nO10 9X 1Jd 1Md 1Jd 1hOd fMd 7Od 4X uOd 1Md 2Od 2Md 1Od aX 2M1l 1J1l 19O1l 3J1l 4M1l 2J1l 2M1l 2O1l 1X 4O1l
1M1l dX pO3m 7X aO3m 6X 3Mk 10Ok 5Mk 1Jk 8Mk 1X fOk 2Jk 1Ok 8X zO23 1M23 3O23 9X 2M3g 1J3g 1cO3g 3J3g 9M3g
2J3g 8O3g 4M3g 1O3g 1J3g 1M3g gO3g 1X kO3k bX iO1s 1X pO1s 3J1s 3M1s 2J1s 1M1s 1J1s 2M1s 6O1s 1M1s 1tX 7O2j 1X
1O2j 1X 4O2j 1X fO2j 1X bO2j 6X 1bO1t 1M1t 3J1t 8M1t 5X aO1t 6X 2M15 2J15 1X 8O15 2X 2O15 2X mO15 1X 7O15 1X
2O15 1X 5O15 1X 1M 1M15 1O15 2J15 1M15 4J15 2X 2J15 2X 3J15 2X 1O15 6X 1J15 5X 5O15 2J15 2X 7M15 3X 5M15 3vX
1hO2o 3J2o 8M2o 2J2o 3M2o 1J2o 1M2o lO2o 1X 1O2o 1M2o 3O2o uX 1cO45 3J45 6M45 1J45 1M45 4J45 2M45 1J45 2M45
4O45 8X aO45 4mX 1bO3i 3J3i 4M3i 2X 4J3i 2M3i 1J3i 2M3i rO3i 2M3i yX 1cO2g 3J2g 8M2g 2J2g 1M2g 1J2g 2M2g 4O2g
bX aO2g 6X dO2h jX 17O3w 1M3w 1J3w 1M3w 2J3w 6M3w 1J3w 1M3w 2O3w 6X aO3w 1iX rO1 2X 3M1 2J1 4M1 1J1 5M1 4X nO1
55X 18Ow 3Jw 9Mw 1Jw 2Mw 1Ow 2sX 2bO4b cX 1O4b 7Ov 2X 1Ov 2X 8Ov 1X 2Ov 1X oOv 6Jv 1X 2Jv 2X 2Mv 1Jv 1Mv 1Ov
1Jv 1Ov 1Jv 1Mv 3Ov 9X aOv 1yX 8O2m 2X 13O2m 3J2m 4M2m 2X 2M2m 4J2m 1M2m 3O2m 1J2m rX 1O4e aM4e 14O4e 6M4e
1J4e 1O4e 4M4e 8O4e 1M4e 8X 1O3n 6M3n 2J3n 3M3n 1aO3n dM3n 1J3n 2M3n 9O3n dX gOh 1lO38 7bX 9Ob 1X 11Ob 1Jb 7Mb
1X 6Mb 1Jb 1Mb 6Ob aX tOb 3X wO28 2X mM28 1X 1J28 7M28 1J28 2M28 1J28 2M28 21X 7O29 1X 2O29 1X 12O29 6M29 3X
1M29 1X 2M29 1X 7M29 1O29 1M29 8X aO29 6X 6O18 1X 2O18 1X wO18 5J18 1X 2M18 1X 2J18 1M18 1J18 1M18 1O18 7X
aO18 8mX jO24 2M24 2J24 2O24 53X 1O20 fX 1eO3x dX 1O3x pmOp 2uX 33Op 1X 5Op bX 5gOp 218X 2rOr dX trOy 34hX
g7O2 6ntX ftO7 7X vO2i 1X aO2i 4X 2O2i 27O3y 1X aO3y 6X uO8 2X 5M8 1O8 aX 1cO36 7M36 fO36 aX aO36 1X 7O36 1X
lO36 5X jO36 j4X 2jO2a 2tX 23O2f 4X 1M2f 1O2f 1jJ2f 7X 4M2f dO2f 1sX 1O3z 1O2q 2O1a cX 2J1a eX 4qgO3z 8X lcO3z
d2O1q 16X 9O3z 6w7X 4O1n 1X 7O1n 1X 2O1n 1X 1O1n 7zO1g 3O1n 19X 3O1g hX 4O1n 8X b0O2q 1s4X 2zOx 5X dOx 3X 9Ox
7X aOx 2X 1Ox 2Mx 1Ox 3moX 1aM 2X nM 9X 38O 1oX 6uO aX 13O 2X 1cO 1X bO 2J 3M 3O 6J 8X 8M 2O 7M uO 4M 1pO lX
1uO16 3M16 1O16 4aX kO cX 2fO 9X pO 3rX 2dO 1X 1zO 1X 2O 2X 1O 2X 2O 2X 4O 1X cO 1X 1O 1X 7O 1X 1tO 1X 4O 2X
8O 1X 7O 1X sO 1X 4O 1X 5O 1X 1O 3X 7O 1X 9gO 2X 84O 2X 1eO e8O3j 1jM3j 4O3j 1eM3j 8O3j 1M3j eO3j 1M3j 7O3j fX
5M3j 1X fM3j uoX vO1v 69X 7M13 1X hM13 2X 7M13 1X 2M13 1X 5M13 5xX 19O2r 3X 7M2r 7O2r 2X aO2r 4X 2O2r 8wX uO46
1M46 hX 18O4a 4M4a aO4a 5X 1O4a yoX 7O11 1X 4O11 1X 2O11 1X fO11 1X 5hO2c 2X 9O2c 7M2c 15X 1wO0 7M0 1O0 4X aO0
4X 2O0 ltX 1wO 24X 1pO 5eX 4O3 1X rO3 1X 2O3 1X 1O3 2X 1O3 1X aO3 1X 4O3 1X 1O3 1X 1O3 6X 1O3 4X 1O3 1X 1O3 1X
1O3 1X 3O3 1X 2O3 1X 1O3 2X 1O3 1X 1O3 1X 1O3 1X 1O3 1X 1O3 1X 2O3 1X 1O3 2X 4O3 1X 7O3 1X 4O3 1X 4O3 1X 1O3
1X aO3 1X hO3 5X 3O3 1X 5O3 1X hO3 1gX 2O3 7iX 18O 4X 2sO cX fO 2X fO 1X fO 1X 11O aX 4uO 1kX qO 1O1g 2O dX
18O 4X 9O 7X 2O eX 6O 4aX rcO 5X gO 3X dO 3X 38O cX 2hO 7X cO 4X 1O fX cO 4X 1kO 8X aO 6X 14O 8X uO 2X 2O 26X
9gO cX eO 2X 5O 3X 5O 3X 7O 9X tO 3X bO 5X 6O aX aO 6X 8O 8X 7O 9X 43O 1X 1jO 11X aO smX wyoI1a wX 37dI1a 7X
66I1a 2X 4g2I1a eX 5rlI1a 2e7X f2I1a 15uX 3t7I1a fcmtX 6oV 47bkX
"""

SCRIPTS = """\
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki
Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee
Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan
Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi
Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inscriptional_Pahlavi
Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki
Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic
Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs
Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu
Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian
Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau
Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting
Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet
Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho
Warang_Citi Yezidi Yi Zanabazar_Square
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
