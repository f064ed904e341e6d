"""What belongs to the goods of `goods.py` and is not them, in five languages, and what no list tells from them."""

from typing import Final

BELONGINGS: Final = """
iPhone 13 Pro Max phone cover leather brown
iPhone 13 battery replacement kit
Battery for iPhone 13 128GB
iPhone 13 Pro 128GB motherboard unlocked
iPhone 13 charger 20W USB-C
Sony PS5 DualSense controller white
PS5 Disc Edition faceplates black
FIFA 23 PS5 game
Nintendo Switch OLED dock
Nintendo Switch OLED Joy-Con pair neon
AirPods Pro 2nd generation left earbud only
AirPods Pro 2nd generation charging case only
AirPods Pro (2nd generation) ear tips
Replacement ear pads Sony WH-1000XM4
Dyson V11 Absolute battery
Dyson V15 Detect Absolute filter
Bosch WAU28PH9GB door seal
Bosch WAU28PH9GB drain pump
Canon EOS 5D Mark IV battery grip
Canon EOS 5D Mark IV manual
Canon EOS 5D Mark III shutter unit
LEGO 75192 instructions only
LED light kit for LEGO 75192 Millennium Falcon
Chanel Coco Mademoiselle body lotion 100ml
Dior Sauvage deodorant spray 100ml
Samsung Galaxy S21 5G LCD screen
iPad 9th generation keyboard case
iPad Air 5th generation Apple Pencil
Ryzen 7 5800X3D cooler
iPhone 13 Pro Max Hülle schwarz
Akku für Samsung Galaxy S21
PS5 Controller weiß
PS5 Spiel Gran Turismo 7
Nintendo Switch OLED Ladestation
Sony WH-1000XM4 Ohrpolster
Dyson V15 Detect Absolute Ersatzfilter
Türdichtung Bosch WAU28PH9GB
Waschmaschine Bosch WAU28PH9GB Laugenpumpe
Canon EOS 5D Mark IV Bedienungsanleitung
Objektivdeckel für Canon EOS 5D Mark IV
Chanel Coco Mademoiselle Körperlotion 100ml
iPhone 13 Pro Max coque
batterie Dyson V11 Absolute
manette PS5 DualSense
jeu PS5 Spider-Man
Nintendo Switch OLED station de charge
coussinets Sony WH-1000XM4
filtre Dyson V15 Detect Absolute
joint de porte Bosch WAU28PH9GB
mode d'emploi Canon EOS 5D Mark IV
lait corps Chanel Coco Mademoiselle 100 ml
étui clavier iPad 9e génération
iPhone 13 Pro Max funda negra
batería Dyson V11 Absolute
mando PS5 DualSense blanco
juego PS5 FIFA 23
Nintendo Switch OLED base de carga
almohadillas Sony WH-1000XM4
filtro Dyson V15 Detect Absolute
goma puerta Bosch WAU28PH9GB
loción corporal Chanel Coco Mademoiselle 100 ml
苹果13ProMax手机壳
苹果13 电池
苹果13 主板 128G
Switch OLED 底座
索尼 WH-1000XM4 耳罩
戴森V11 电池
戴森V15 滤网
佳能 EOS 5D Mark IV 电池
乐高 75192 说明书
香奈儿 Coco Mademoiselle 身体乳 100ml
三星S21 Ultra 5G 256GB 后盖
iPad 第九代 键盘保护套
""".strip().splitlines()

#: Their words are in no list, and a list that holds them all there cannot be.
UNLISTED: Final = """
Dyson V11 Absolute wall mount
Dyson V15 Detect Absolute crevice wand
Dyson V11 Absolute Ständer
Bosch WAU28PH9GB Stoßdämpfer
Bosch WAU28PH9GB drum paddle
Canon EOS 5D Mark IV eyecup
Canon EOS 5D Mark IV Augenmuschel
Sony WH-1000XM4 hinge
LEGO 75192 Millennium Falcon cockpit dome
Chanel Coco Mademoiselle talc 100ml
Galaxy S21 Ultra 5G 256GB 内屏
戴森 V11 Absolute 转接头
""".strip().splitlines()
