"""Synthetic notices: forms that offices fill in again and again, with other names, places, days and figures.

Every text is invented. Two notices of one form are never copies of each other, however much they share.
"""

import random
import re
from collections.abc import Callable

_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建国志红文华晓东海燕"
_PLACES = [
    "东岗",
    "西河",
    "南湖",
    "北坡",
    "柳林",
    "桃园",
    "石桥",
    "马集",
    "青龙",
    "白庙",
    "双井",
    "大屯",
    "小营",
    "孟庄",
    "高台",
    "沙窝",
    "古渡",
    "新集",
    "梨园",
    "槐荫",
]
_ROADS = [
    "人民路",
    "解放大街",
    "中华路",
    "长江路",
    "黄河街",
    "文化路",
    "建设大道",
    "和平路",
    "香江路",
    "丹阳街",
    "广福路",
    "八一街",
]
_FIRMS = [
    "恒信",
    "鲁丰",
    "天成",
    "万和",
    "中源",
    "金桥",
    "瑞达",
    "华茂",
    "永安",
    "盛世",
    "卓越",
    "佳禾",
    "正大",
    "宏远",
    "博雅",
    "启明",
]
_TRADES = ["食品", "建材", "化工", "商贸", "机械", "置业", "物流", "科技", "农业", "纺织", "医药", "电子"]
_GOODS = [
    "韭菜",
    "芹菜",
    "鲤鱼",
    "鸡蛋",
    "豆芽",
    "草鱼",
    "香蕉",
    "黄瓜",
    "牛肉",
    "辣椒",
    "生姜",
    "馒头",
    "粉条",
    "食醋",
]
_POSTS = ["局长", "副局长", "主任", "副主任", "科长", "副科长", "站长", "所长", "书记", "副书记"]
_OFFICES = [
    "教育局",
    "财政局",
    "水务局",
    "民政局",
    "司法局",
    "卫生健康局",
    "交通运输局",
    "农业农村局",
    "住房和城乡建设局",
    "审计局",
    "统计局",
]
_ITEMS = ["毒死蜱", "恩诺沙星", "甲胺磷", "氯霉素", "铝的残留量", "菌落总数", "苯甲酸", "腐霉利"]
_WEATHER = ["晴", "多云", "阴", "小雨", "中雨", "雷阵雨", "小雪", "霾"]
_WINDS = ["南风", "北风", "东南风", "西北风", "偏北风", "西南风"]
_LEVELS = ["优", "良", "轻度污染", "中度污染"]
_ROLES = ["本科", "大专", "研究生", "中专"]

_DRAWS: dict[str, Callable[[random.Random], str]] = {
    "name": lambda d: d.choice(_FAMILY) + "".join(d.sample(_GIVEN, d.choice((1, 2, 2)))),
    "place": lambda d: d.choice(_PLACES),
    "road": lambda d: d.choice(_ROADS),
    "firm": lambda d: d.choice(_FIRMS) + d.choice(_TRADES),
    "goods": lambda d: d.choice(_GOODS),
    "post": lambda d: d.choice(_POSTS),
    "office": lambda d: d.choice(_OFFICES),
    "item": lambda d: d.choice(_ITEMS),
    "sky": lambda d: d.choice(_WEATHER),
    "wind": lambda d: d.choice(_WINDS),
    "level": lambda d: d.choice(_LEVELS),
    "role": lambda d: d.choice(_ROLES),
    "sex": lambda d: d.choice("男女"),
    "year": lambda d: str(d.randint(2021, 2026)),
    "born": lambda d: str(d.randint(1962, 1998)),
    "month": lambda d: str(d.randint(1, 12)),
    "day": lambda d: str(d.randint(1, 28)),
    "hour": lambda d: str(d.randint(6, 22)),
    "n": lambda d: str(d.randint(2, 9)),
    "nn": lambda d: str(d.randint(11, 98)),
    "nnn": lambda d: str(d.randint(101, 986)),
    "money": lambda d: f"{d.randint(12, 980)}.{d.randint(10, 99)}",
    "rate": lambda d: f"{d.randint(1, 98)}.{d.randint(1, 9)}",
    "code": lambda d: f"{d.randint(10000, 99999)}",
    "phone": lambda d: f"0530-{d.randint(2000000, 7999999)}",
}
_SLOT = re.compile(r"\{(\w+)\}")

#: A form is a title and a text, with a slot for whatever is filled in.
FORMS: dict[str, tuple[str, str]] = {
    "appointment": (
        "{place}区拟任职干部公示",
        """为进一步扩大选人用人民主，把干部选好选准，现将{name}同志的有关情况予以公示。
{name}，{sex}，{born}年{month}月生，{role}学历，中共党员，现任{place}区{office}{post}，拟任{place}区{office}{post}。
公示期间，如发现公示对象在德、能、勤、绩、廉等方面存在问题，请以书面、电话、来访等方式向区委组织部反映。反映情况要实事求是，电话和书信反映的应提供反映人的真实姓名、联系地址和电话，以便调查核实。
公示时间：{year}年{month}月{day}日至{month}月{day}日。
监督电话：{phone}。通讯地址：{road}{nnn}号区委组织部干部监督科。""",
    ),
    "food": (
        "关于{n}批次食品不合格情况的通告（{year}年第{nn}号）",
        """近期，市市场监督管理局组织抽检粮食加工品、蔬菜、水产制品等{n}类食品{nnn}批次样品，检出不合格样品{n}批次。现将具体情况通告如下：
{place}区{firm}有限公司销售的{goods}，{item}不符合食品安全国家标准规定。
{place}县{firm}超市销售的{goods}，{item}不符合食品安全国家标准规定。
对抽检中发现的不合格食品，市场监督管理部门已要求涉及的单位立即采取下架、召回等措施控制风险，并依法予以查处。请消费者增强自我保护意识，购买时注意查看产品标签，如发现不合格食品，可拨打投诉举报电话进行反映。
特此通告。
{year}年{month}月{day}日""",
    ),
    "air": (
        "{month}月{day}日空气质量日报",
        """{month}月{day}日，我市城区环境空气质量指数（AQI）为{nn}，级别为{level}，首要污染物为细颗粒物。
其中，细颗粒物日均浓度为{nn}微克每立方米，可吸入颗粒物日均浓度为{nnn}微克每立方米，二氧化硫为{n}微克每立方米，二氧化氮为{nn}微克每立方米，臭氧最大八小时浓度为{nnn}微克每立方米。
各县区中，{place}县空气质量指数为{nn}，{place}区为{nn}，{place}县为{nn}。
预计明天扩散条件一般，空气质量以{level}为主，请敏感人群合理安排户外活动。""",
    ),
    "weather": (
        "今明天气：{sky}转{sky}",
        """市气象台{month}月{day}日{hour}时发布天气预报：
今天白天到夜间，{sky}转{sky}，{wind}{n}级，最高气温{nn}度左右，最低气温{n}度左右。
明天，{sky}，{wind}{n}到{n}级，气温变化不大，最高气温{nn}度。
后天，{sky}转{sky}，{wind}{n}级。
气象部门提醒，近期早晚温差较大，市民出行注意增减衣物，农户做好田间管理和设施大棚的通风保温，驾驶员行车注意交通安全。""",
    ),
    "power": (
        "停电通知",
        """因线路检修需要，定于{month}月{day}日{hour}时至{hour}时对{nn}千伏{place}线进行停电检修。
停电范围：{place}镇{place}村、{place}村，{road}沿线商铺，{firm}公司及周边用户。
请以上停电区域内的用户提前做好准备，妥善安排生产生活。如遇天气变化等特殊情况，检修时间将顺延或取消，提前完工将提前送电，不再另行通知。停电期间请勿在线路上从事任何工作，以免发生危险。
给您带来的不便，敬请谅解。供电服务热线：95598。
供电公司
{year}年{month}月{day}日""",
    ),
    "water": (
        "关于{road}停水的公告",
        """尊敬的用水户：
因{road}供水管道改造施工，需对该路段实施停水作业，停水时间为{month}月{day}日{hour}时至{month}月{day}日{hour}时，预计停水{n}小时。
停水影响区域：{road}以东、{road}以北，{place}小区、{place}花园、{place}社区等。
请受影响的居民和单位提前做好储水准备，恢复供水初期水质可能出现短时浑浊，属正常现象，放水片刻即可使用。施工期间给您带来不便，敬请谅解。
咨询电话：{phone}
自来水公司
{year}年{month}月{day}日""",
    ),
    "tender": (
        "{place}镇农村道路工程中标公告",
        """一、项目编号：SDGP{code}{nnn}
二、项目名称：{place}镇农村道路提升改造工程
三、中标信息
供应商名称：{firm}建设有限公司
供应商地址：{place}区{road}{nnn}号
中标金额：{money}万元
四、主要标的信息：道路硬化约{n}公里，路面宽{n}米，具体内容详见工程量清单。
五、评审专家名单：{name}、{name}、{name}
六、公告期限：自本公告发布之日起1个工作日。
七、其他补充事宜：无。
八、凡对本次公告内容提出询问，请按以下方式联系：采购人{place}镇人民政府，联系方式{phone}。""",
    ),
    "land": (
        "国有建设用地使用权挂牌出让公告（{year}-{nn}号）",
        """经批准，决定以挂牌方式出让{n}宗国有建设用地使用权，现将有关事项公告如下：
一、地块位于{road}以南、{road}以西，土地面积{code}平方米，规划用途为工业用地，容积率不小于{n}，出让年限50年，起始价{money}万元，竞买保证金{nnn}万元。
二、中华人民共和国境内外的法人、自然人和其他组织均可申请参加，申请人可以单独申请，也可以联合申请。
三、本次挂牌出让按照价高者得的原则确定竞得人。
四、申请人可于{year}年{month}月{day}日至{month}月{day}日到市公共资源交易中心获取出让文件。
五、联系人：{name}，联系电话：{phone}。""",
    ),
    "court": (
        "开庭公告",
        """本院定于{year}年{month}月{day}日{hour}时在第{n}法庭依法公开开庭审理原告{name}诉被告{name}民间借贷纠纷一案，案号（{year}）鲁{nnn}民初{code}号。
审判长{name}，审判员{name}，人民陪审员{name}，书记员{name}。
公民凭有效身份证件经安全检查后可以旁听。新闻记者旁听应当遵守法庭规则，未经许可不得录音、录像和摄影，不得随意走动和进入审判区，不得发言、提问，不得鼓掌、喧哗和实施其他妨害审判活动的行为。
特此公告。""",
    ),
    "punishment": (
        "行政处罚决定书",
        """当事人：{firm}有限公司，统一社会信用代码9137{code}{code}，住所：{place}区{road}{nnn}号，法定代表人：{name}。
{year}年{month}月{day}日，本局执法人员对当事人进行现场检查，发现其未按规定建立并遵守进货查验记录制度。上述事实有现场检查笔录、询问笔录、照片等证据证明。
当事人的行为违反了有关法律的规定。鉴于当事人积极配合调查、主动消除危害后果，依据有关规定，本局决定给予当事人警告，并处罚款{code}元。
当事人应当自收到本决定书之日起十五日内缴纳罚款。如不服本处罚决定，可以在六十日内申请行政复议，或者在六个月内提起行政诉讼。""",
    ),
    "recruit": (
        "{place}区{office}公开招聘工作人员公告",
        """根据工作需要，经研究决定，{place}区{office}面向社会公开招聘工作人员{nn}名，现将有关事项公告如下：
一、应聘人员应当拥护中国共产党的领导，遵纪守法，品行端正，具有{role}及以上学历，年龄在{nn}周岁以下。
二、报名时间：{year}年{month}月{day}日至{month}月{day}日，每天上午9时至下午5时。报名地点：{road}{nnn}号。
三、招聘采取笔试和面试相结合的方式进行，笔试时间为{month}月{day}日。
四、根据总成绩从高分到低分确定进入体检考察人选，体检合格者进行公示，公示期满无异议的办理聘用手续。
五、咨询电话：{phone}。""",
    ),
    "obituary": (
        "讣告",
        """{place}区{office}离休干部{name}同志，因病医治无效，于{year}年{month}月{day}日{hour}时在市立医院逝世，享年{nn}岁。
{name}同志遗体告别仪式定于{month}月{day}日上午{n}时在市殡仪馆举行。
谨此讣告。
{name}同志治丧小组
{year}年{month}月{day}日""",
    ),
    "price": (
        "{month}月{day}日主要农副产品价格行情",
        """据市价格监测中心监测，{month}月{day}日全市主要农副产品零售均价总体平稳。
粮油类：面粉每500克{rate}元，大米每500克{rate}元，花生油每桶{nnn}元，与昨日持平。
肉禽蛋类：猪肉每500克{nn}元，鸡蛋每500克{rate}元，白条鸡每500克{rate}元。
蔬菜类：{goods}每500克{rate}元，大白菜每500克{rate}元，土豆每500克{rate}元，{goods}每500克{rate}元，监测的15种蔬菜均价比昨日上涨{rate}%。
总体看，市场货源充足，供应稳定，预计近期价格将以小幅波动为主。""",
    ),
    "earthquake": (
        "{place}县发生{n}.{n}级地震",
        """据中国地震台网正式测定，{month}月{day}日{hour}时{nn}分在{place}县（北纬{rate}度，东经{nnn}.{nn}度）发生{n}.{n}级地震，震源深度{nn}千米。
震中距{place}镇{nn}公里，距{place}区{nnn}公里。震中五公里范围内平均海拔{nnn}米。
根据中国地震台网速报目录，震中周边200公里内近5年来发生3级以上地震共{nn}次，最大地震是{year}年{month}月{day}日发生的{n}.{n}级地震。""",
    ),
    "lottery": (
        "福彩双色球第{year}{nnn}期开奖公告",
        """中国福利彩票双色球第{year}{nnn}期于{month}月{day}日晚开奖，开出的红球号码为{nn}、{nn}、{nn}、{nn}、{nn}、{nn}，蓝球号码为{nn}。
当期双色球头奖{n}注，单注奖金为{nnn}万元，分落{place}等地。二等奖开出{nnn}注，单注奖金为{code}元。
当期销量为{money}亿元，为国家筹集彩票公益金{money}亿元。计奖后，双色球奖池金额为{money}亿元，下期彩民朋友将有机会以小博大。""",
    ),
    "fire": (
        "区消防救援大队开展消防安全检查",
        """为切实做好辖区消防安全工作，{month}月{day}日，区消防救援大队深入{firm}有限公司开展消防安全检查。
检查中，监督员{name}重点查看了该单位消防安全责任制落实情况，疏散通道、安全出口是否畅通，消防设施器材是否完好有效，电气线路敷设是否规范，员工是否会使用灭火器材。
针对检查发现的{n}处隐患，监督员现场下发了责令改正通知书，要求单位负责人{name}立即整改，落实主体责任，加强员工培训，坚决杜绝火灾事故发生。
下一步，大队将持续加大检查力度，为群众营造良好的消防安全环境。""",
    ),
    "lost": (
        "失物招领",
        """{month}月{day}日{hour}时许，热心市民{name}在{road}与{road}路口附近捡到黑色钱包一个，内有身份证一张（姓名：{name}）、银行卡{n}张、现金若干。
请失主看到信息后，携带本人有效证件到{place}派出所认领。联系人：{name}，联系电话：{phone}。""",
    ),
    "demolition": (
        "{place}片区房屋征收决定公告",
        """因公共利益需要，根据有关法规，{place}区人民政府决定对{place}片区范围内国有土地上房屋实施征收，现公告如下：
一、征收范围：东至{road}，西至{road}，南至{road}，北至{road}。
二、征收部门为{place}区住房和城乡建设局，实施单位为{place}街道办事处。
三、签约期限自{year}年{month}月{day}日至{year}年{month}月{day}日。
四、被征收人对征收决定不服的，可以自公告之日起六十日内依法申请行政复议，也可以在六个月内依法提起行政诉讼。
附件：{place}片区房屋征收补偿方案""",
    ),
    "environment": (
        "关于{firm}有限公司年产{nn}万吨项目环境影响评价文件拟批准公示",
        """根据建设项目环境影响评价审批程序的有关规定，经审议，我局拟对以下建设项目环境影响评价文件作出批准决定，现予公示，公示期为{year}年{month}月{day}日至{month}月{day}日。
项目名称：年产{nn}万吨生产线项目；建设地点：{place}镇工业园；建设单位：{firm}有限公司；环评机构：{firm}环保咨询有限公司。
项目概况：总投资{code}万元，其中环保投资{nn}万元，占地{code}平方米。
主要环境影响及对策：生产废水经处理后排入污水处理厂；废气经布袋除尘器处理后由{nn}米高排气筒排放；设备噪声采取隔声、减振措施；固体废物分类收集、妥善处置。
联系电话：{phone}。""",
    ),
    "traffic": (
        "关于{road}交通管制的通告",
        """因{road}举办大型活动，为确保活动期间道路交通安全畅通，根据道路交通安全法的有关规定，决定采取临时交通管制措施，现通告如下：
一、管制时间：{year}年{month}月{day}日{hour}时至{hour}时。
二、管制路段：{road}（{road}至{road}段）禁止一切机动车通行，执行任务的特种车辆除外。
三、途经上述路段的车辆请绕行{road}、{road}。公交{n}路、{nn}路、{nn}路临时调整线路。
请广大交通参与者提前选择出行路线，自觉服从现场民警指挥。
公安局交通警察支队
{year}年{month}月{day}日""",
    ),
    "score": (
        "全市中学生篮球赛：{place}中学{nn}比{nn}胜{place}中学",
        """{month}月{day}日，全市中学生篮球联赛继续进行，{place}中学以{nn}比{nn}战胜{place}中学。
首节比赛双方打得难解难分，{name}连续命中外线，{place}中学以{nn}比{nn}领先结束首节。第二节对手加强防守，比分一度追平。
易边再战，{name}多次突破得手，末节独得{nn}分，帮助球队锁定胜局。全场比赛，{name}得到{nn}分{nn}个篮板，{name}得到{nn}分{n}次助攻。
下一轮，{place}中学将于{month}月{day}日迎战{place}中学。""",
    ),
    "adoption": (
        "弃婴（儿童）寻找生父母公告",
        """{year}年{month}月{day}日，{name}在{place}镇{place}村路边捡拾{sex}婴一名，出生日期约为{year}年{month}月{day}日，身体健康，随身携带奶瓶一个、衣物{n}件。
请孩子的生父母或其他监护人持有效证件与{place}派出所联系，联系电话：{phone}，联系地址：{road}{nnn}号。即日起六十日内无人认领，孩子将被依法安置。
{place}县民政局
{year}年{month}月{day}日""",
    ),
    "visit": (
        "{name}到{place}镇调研",
        """{month}月{day}日，区委副书记{name}到{place}镇调研重点工作。区委办公室、区{office}主要负责同志参加。
{name}先后来到{firm}产业园、{place}社区党群服务中心，实地察看项目建设、基层治理等情况，与企业负责人和群众亲切交谈，详细了解存在的困难和问题。
{name}指出，要提高政治站位，强化责任担当，以钉钉子精神抓好各项任务落实。要聚焦主责主业，优化营商环境，全力服务项目建设。要坚持以人民为中心的发展思想，用心用情解决群众急难愁盼问题。
{name}强调，要严格落实安全生产责任，深入排查整治风险隐患，确保社会大局和谐稳定。""",
    ),
}


def notice(form: str, seed: int) -> tuple[str, str]:
    """The title and the text of one notice of a form; another seed fills in something else."""
    draw = random.Random(f"{form} {seed}")
    title, text = FORMS[form]
    filled = _SLOT.sub(lambda slot: _DRAWS[slot[1]](draw), f"{title}\n{text}")
    title, _, text = filled.partition("\n")
    return title, text
