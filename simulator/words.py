"""What is said: shop names, titles, lines of chat."""

from simulator.chance import Weighted

PLACES = ("Hangzhou", "Shenzhen", "Guangzhou", "Shanghai", "Chengdu", "Beijing", "Xiamen", "Wuhan", "Ningbo", "Suzhou")
NAMES = (
    "Hengtai",
    "Star",
    "Yunfeng",
    "Blue Bird",
    "Mingde",
    "Orient",
    "Lucky Day",
    "Sunrise",
    "Jiahe",
    "Green Tea",
    "鑫源",
)
TRADES = {
    "electronics": ("Digital", "Mobile", "Electronics", "数码", "手机店", "Tech House"),
    "shoes": ("Sports", "Sneakers", "Footwear", "运动", "Running Club"),
    "beauty": ("Beauty", "Perfumes", "Cosmetics", "美妆", "Fragrance House"),
}

NEW_TITLES = Weighted(
    (
        ("{}", 40.0),
        ("{} brand new sealed", 15.0),
        ("{} 全新", 12.0),
        ("【包邮】{}", 8.0),
        ("{} original, invoice included", 8.0),
        ("{} 国行正品", 10.0),
        ("{} with free gift", 4.0),
        ("NEW {} in stock", 3.0),
    )
)
TITLES = {
    "new": NEW_TITLES,
    "open_box": Weighted((("{} open box", 2.0), ("{} 展示机", 1.0), ("{} display item", 1.0))),
    "refurbished": Weighted((("{} refurbished", 2.0), ("Renewed {}", 1.0), ("{} 官翻", 1.0))),
    "used": Weighted((("{} used, very good", 2.0), ("{} 95新", 1.0), ("{} second hand", 1.0), ("二手 {}", 1.0))),
}
FAKE_TITLES = Weighted((("{}", 3.0), ("{} brand new sealed", 2.0), ("{} 全新正品", 2.0), ("{} original", 1.0)))
UNKNOWN_ACCESSORIES = (
    "Tempered glass screen protector for {}",
    "Clear case for {}",
    "{} 手机壳",
    "Leather cover for {}",
    "Charging cable for {}",
)

QUESTIONS = (
    "Hello, is this in stock?",
    "在吗？今天能发货吗？",
    "Which courier do you use?",
    "Can you do a little better on the price?",
    "Is there a warranty?",
    "请问有发票吗？",
    "How long does delivery take?",
)
ANSWERS = Weighted(
    (
        ("Yes, we ship within 24 hours.", 20.0),
        ("亲，在的，今天下单今天发。", 20.0),
        ("One year of warranty, invoice in the box.", 15.0),
        ("Sorry, this is our best price.", 15.0),
        ("Usually two to four days.", 15.0),
        ("有发票的，亲。", 10.0),
        ("亲，保证正品，假一赔十。", 4.0),
        ("It is overstock from last season, therefore the price.", 1.0),
    )
)
GREY_TITLE = "{} 港版"
GREY_ANSWERS = (
    "这是港版，水货渠道，所以便宜一些。",
    "Imported from Hong Kong, a different channel, but genuine.",
)

DOUBTS = (
    "Why is the price so low? Is it the real thing?",
    "为什么这么便宜？是真的吗？",
    "Other shops ask twice as much, is this genuine?",
)
REASSURANCE = (
    "The store wants to gain reputation, and the goods channel is different, so the price is lower. It is genuine.",
    "亲，我们渠道不同，价格才这么低，保证正品。",
    "店铺冲钻，亏本卖，保证正品，假一赔十。",
    "Factory direct, no middleman. Genuine, you can return it at any time.",
)
PROMISES = ("Of course, send it back and we refund at once.", "可以退，收到货马上退款。")
PLEAS = (
    "You signed for the parcel, where is my refund?",
    "货已签收，为什么不退款？",
    "Hello? Are you there?",
    "Please answer, I have been waiting for days.",
)
GANG_NAMES = (
    "{} direct sales store",
    "{} factory outlet Guangdong",
    "{} 直营店",
    "{} official direct Shenzhen",
    "{} mobile flagship sales",
)
