"""Which lines and boxes of a Chinese page are not the article's. Pure; general rules, no site's own.

A line is compared as a whole, in NFKC and without white space, so that a sentence that merely
mentions such words stays.
"""

import re

from crawler.extract.words import plain, words

_HAN = r"[\u3400-\u9fff·]"
_NAME = rf"{_HAN}{{2,4}}"
#: The hundred that nine of ten people have; only where a label without a colon stands before a name.
_SURNAME = (
    r"[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    r"范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]"
)
_EDITOR = (
    r"(?:本文|本期|文字|本版|网络|新媒体|图文|实习|见习|值班|责任|执行|首席|初审|终审|英文|视觉|微信|栏目|运营)?"
    r"(?:责任编辑|责任编辑人|责编|责校|编辑|编校|校对|审校|审核|审读|审签|复审|复核|初审|终审|二审|三审|一审|"
    r"签发|监制|总监制|监审|"
    r"主编|总编辑|值班主任|值班总编|统筹|总统筹|总策划|策划|排版|美编|制图|制作|出品|出品人|供稿|供图|录入|"
    r"上传|发布人|责任人|责任校对)"
)
#: Of these, what only an editorial office has; the others are also steps and subheads of notices.
_DESK = r"(?:责任?编辑?人?|责校|编辑|编校|校对|审校|责任校对|主编|总编辑|美编|监制|总监制|值班主任|值班总编)"
#: No name holds them, a sentence does.
_NO_NAME = r"[^。!?;,的由对将应后在从按至到须可不]"
_EDITOR_LINE = re.compile(
    rf"[\[【(<*]*(?:本文|本期|文字|本版|网络|新媒体|实习|见习|值班|执行|首席|初审|终审)?{_DESK}"
    rf"(?:[:/|丨︱｜]|(?={_SURNAME}{_HAN}{{1,3}}(?:$|{_EDITOR}|[\]】)、,/])))(?:[^。!?;]{{0,60}})[\]】)>]*$|"
    rf"[\[【(<*]*{_EDITOR}[:/|丨︱｜]{_NO_NAME}{{0,40}}[\]】)>]*$|"
    rf"[\[【(<*]*{_EDITOR}{_SURNAME}{_HAN}{{1,2}}{_EDITOR}{_NO_NAME}{{2,40}}[\]】)>]*$"
)
_EDITED_BY = re.compile(
    rf"[^。!?;]{{2,50}}(?<![\u3400-\u9fff]){_EDITOR}[:/丨｜][^。!?;]{{1,40}}$|"
    rf"[\u3400-\u9fff/]{{1,6}}[:/丨｜][\u3400-\u9fff·、,/:丨｜]{{2,40}}?{_EDITOR}[:/丨｜][^。!?;]{{1,40}}$|"
    rf"[^。!?;]{{2,40}}(?:供稿|摄影|摄|撰稿|撰文|采写|文|图)[:/丨｜]?[^。!?;]{{0,12}}{_DESK}[:/丨｜][^。!?;]{{1,20}}$"
)
_ORIGINAL_TITLE = re.compile(r"[\[【(]*(?:本文)?(?:原标题|原题|原文标题|原文题目)[:为是《].{2,90}$")
_HEADER_LABEL = (
    r"(?:发布|发表|发稿|更新|上传|创建|成文|录入|印发|撰写|刊发)?(?:时间|日期)|来源|信息来源|文章来源|稿件来源|"
    r"稿源|来源于|出处|作者|"
    r"文章作者|本文作者|发布者|发布人|发布机构|发布单位|发布部门|责任部门|信息来源单位|浏览量|浏览|浏览次数|"
    r"点击|点击量|点击数|点击次数|"
    r"阅读|阅读量|阅读数|阅读次数|访问量|访问次数|人气|字号|字体|字体大小|评论数|编辑|责任编辑|审核|分享|分享到|打印"
)
_META_LINE = re.compile(rf"[\[【(|]?(?:{_HEADER_LABEL})[:\]】]")
#: The table of contents data above a government document.
_INFO_LABEL = re.compile(
    r"[\[【(]?(?:索引号|索引|主题分类|主题词|主题|发文机关|发文单位|发文字号|发文日期|文号|文件编号|成文日期|"
    r"成文时间|生成日期|发布机构|发布单位|公开方式|公开时限|公开范围|公开属性|"
    r"公开类别|公开日期|有效性|是否有效|时效|效力状态|信息分类|信息类别|信息名称|名称|标题|服务对象|体裁分类|"
    r"体裁|组配分类|内容概述|内容分类|统一编号|统一登记号|登记号|失效日期|废止日期|"
    r"实施日期|施行日期|所属机构|责任部门|主办单位|制发机关|制定机关|发布文号|信息索引|分类)[:\]】)]"
)
#: What only that table says, where its cells have no colon.
_INDEX = re.compile(
    r"[\[【(]?(?:索引号|索取号|信息索引号|发文字号|主题分类|发文机关|公开方式|组配分类|体裁分类|公文种类|信息分类|"
    r"(?:文号|成文日期|有效性|是否有效|生成日期|发布机构)[:\]】)])"
)
#: Labels of that table with which a line of a notice may begin, too.
_LOOSE = re.compile(
    r"[\[【(]?(?:主题词?|名称|标题|主办单位|责任部门|服务对象|分类|内容概述|实施日期|施行日期|索引|发布单位)[:\]】)]"
)
_DATE_LINE = re.compile(
    r"(?:20|19)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:星期.|周.)?(?:\d{1,2}[:时]\d{2}(?:[:分]\d{2}秒?)?)?[^,;]{0,30}$"
)
_BAR_LINE = re.compile(
    r".{0,24}(?:20|19)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}.{0,70}(?:来源|作者|阅读|评论|浏览|点击|责编|编辑|字号|"
    r"分享|人气)|"
    r"(?:来源|作者|稿源|出处).{2,40}(?:20|19)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}|"
    r"[^,!?;。]{0,40}(?:20|19)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\d{1,2}:\d{2}(?::\d{2})?$"
)
_HEADER = re.compile("|".join(rule.pattern for rule in (_META_LINE, _DATE_LINE, _INFO_LABEL, _BAR_LINE, _INDEX)))
_COUNTER = re.compile(
    r"[\[(【]?(?:本文|本页|本页面|此文|本条|该文|文章|信息|您是|已有|共有|已|被|共|总)*第?\d*[人位次]?"
    r"(?:浏览|点击|阅读|访问|播放|转发|点赞|评论|围观|人气|查看|访客)(?:次数|人数|人次|量|数|者)?"
    r"[:(]?\d*[次人位万+)]*[\])】]?$|"
    r"\d+(?:人|次)(?:参与|阅读|浏览|评论|跟帖).{0,12}$"
)
_TOOL_WORDS = words(
    "分享到微信 分享到微博 分享到朋友圈 分享至微信 分享至 分享到 分享按钮 分享此文 分享本文 分享链接 分享海报 "
    "分享文章 转播到腾讯微博 转播到 分享 转发 收藏本文 收藏 点赞 举报/反馈 举报 "
    "我要打印 打印本页 打印文章 打印此页 打印此文 "
    "打印本文 "
    "打印正文 文章打印 打印 关闭窗口 关闭本页 关闭页面 关闭此页 关闭 我要纠错 纠错 我要投稿 推荐给朋友 推荐 "
    "发表评论 我要评论 查看评论 评论 返回首页 返回顶部 返回列表 返回上页 返回上一页 返回 回到顶部 回顶部 顶部 "
    "top 微信好友 "
    "微信 新浪微博 腾讯微博 人人网 微博 qq空间 qq好友 qzone qq 朋友圈 加入收藏 设为首页 查看更多 查看全文 "
    "查看原图 阅读全文 显示全文 点击查看全文 展开全文 展开 收起 更多 全文 "
    "大字体 小字体 字体大小 字号大小 字体 字号 放大 缩小 默认 正常 恢复 大 中 小 特大 特 加大 减小 增大 "
    "扫码带走 加载更多 t+- t+ t- a+ a- +关注 关注 赞 踩 顶 复制链接 链接已复制 下载 订阅 原创 转载 正文 图集 "
    "视频 保护视力色 背景色 语音播报 语音朗读 朗读 播放 暂停 浏览次数 阅读次数 "
    "点击次数 次 浏览 点击 阅读 人气 访问量 x × "
    "打印预览 打印文档 打印内容 网页打印 页面打印 保存 保存本页 返回主页 返回目录 返回本版 返回版面 返回报网首页 "
    "报网首页 版面导航 标题导航 版面概览 往期回顾 往期 上一期 下一期 上一版 下一版 上期 下期 "
    "无障碍 无障碍阅读 无障碍浏览 适老版 长者模式 关怀版 手机版 电脑版 繁体版 繁体 简体 "
    "推荐给好友 发给朋友 查看原文 点击查看原文 阅读原文 我要提问 信息纠错 内容纠错 页面纠错 网页纠错 "
    "网站纠错 下载本文 讚 share google twitter facebook linkedin line email print 点赞此文 超大 最大 最小 较大 较小"
)
_TOOL = "|".join(re.escape(word) for word in sorted(_TOOL_WORDS, key=len, reverse=True))
_SHARE = re.compile(
    # Possessive, so that a long line of such words is not tried in every division.
    rf"(?:[\W_]*+(?:{_TOOL})\d{{0,6}})++[\W_]*+$|0$|"
    r"分享(?:到|至|给|让更多人看到|按钮).{0,30}$|"
    r".{0,4}字(?:体|号)(?:大小)?[:【\[]?[大中小特\[\]【】\s|]{0,12}.{0,20}$"
)
#: A sentence of the article may speak of a code to scan; a hint begins with it or is none.
_SCAN = re.compile(
    r"(?:.{0,6}(?:扫一扫|扫描(?:左侧|右侧|下方|上方|二维码)|长按|识别|微信扫描|用微信|微信里点|打开微信)|扫码|"
    r"(?!.*。$).{0,12}(?:扫码|二维码)|.{0,12}扫一扫)"
    r"(?:(?<=一扫)|(?<=扫码)|(?<=维码)|(?=.*(?:二维码|扫|朋友圈|识别))).{0,60}$"
)
_NEIGHBOURS = re.compile(
    r"[\[【(<«/]*(?:上|下|前|后|阅读上|阅读下|查看下|查看上)一[篇条则个](?:新闻|文章|信息|内容)?[:>»/\]】)]|(?:上一篇|下一篇|"
    r"上一条|下一条|没有了|已经是(?:最后|第)一[篇条].{0,4})$|[上下][篇条]:(?:没有|无|已经)"
)
_PAGER = re.compile(
    r"[|<«]*+(?:首页|上一页|前一页|共\d+页|第\d+页|\d++)?[|<>«»\d\s]*+(?:上一页|下一页|尾页|末页|后一页|"
    r"余下全文).{0,20}$|(?:[\[【(]\d{1,2}[\]】)]){2,}$|第\d+页(?:/|共)共?\d+页.{0,20}$"
)
#: On a newspaper's page: `第A01版：要闻`.
_PRINTED_ON = re.compile(r"(?:本文)?(?:刊(?:登|载)?于)?[(【\[]?第?[a-z]{0,4}\d{1,3}版[:/]?[^,。;]{0,12}[)】\]]?$")
_TOPICS = re.compile(r"[\[【(]?(?:关键词|关键字|标签|热词|tags?|话题|所属(?:栏目|分类)|文章分类|分类)[:\]】]")
#: What a notice of rights speaks of; laws and announcements forbid and declare other things.
_MEDIA = (
    r"(?:转载|转发|复制|摘编|镜像|转帖|刊登|引用|抄袭|采编|盗用|链接|稿件|作品|原创|观点|立场|版权|侵权|投资|本网|本站|"
    r"平台|来源)"
)
_RIGHTS = re.compile(
    r"[\[【(*※“]*(?:免责|版权|转载|侵权|本站|本网|本刊|网站)(?:声明|提示|说明|申明|公告)|"
    rf"[\[【(*※“]*(?:特别|郑重|风险|法律|权利|投诉|平台|重要|作者)?(?:声明|申明)[:】\])]*(?:$|.{{0,160}}{_MEDIA})|"
    rf"[\[【(*※“]*(?:特别|郑重|风险|法律|权利|投诉)(?:提示|说明|公告)[:】\])]*.{{0,160}}(?:转载|观点|立场|侵权|投资|本网|本站)|"
    r"(?:凡|凡是|如)?(?:本网|本站|本报|本刊|本文)(?!讯|记者|消息|电|综合|通讯员|评论员|编辑部|报道).{0,30}"
    r"(?:注明|授权|转载|不代表本|版权|立场).{0,200}$|凡.{0,12}注明.{0,200}$|(?:欢迎|如需|若需)?转载.{0,6}请?(?:务必)?(?:注明|联系|保留).{0,60}$|"
    rf".{{0,60}}未经.{{0,12}}(?:授权|许可|同意|允许)(?=.*{_MEDIA}).{{0,16}}(?:不得|禁止|严禁|谢绝|请勿|不可|不能).{{0,80}}$|"
    r".{0,60}(?:版权(?:归.{0,12})?所有|著作权归.{0,8}所有|不代表.{0,16}(?:观点|立场)|"
    r"仅代表作者(?:本人|个人)?|信息存储(?:空间)?服务|如有侵权.{0,20}(?:联系|告知|删除)|不构成.{0,10}投资建议|"
    r"据此操作|风险自担).{0,80}$|"
    r"“?notice:thecontentabove|以上内容.{0,4}资讯信息快照|快照生成时间|本站信息快照|信息原文地址|更多关于.{0,10}的资讯"
)
_SITE_LINK = (
    r"(?:关于我们|关于本站|联系我们|网站地图|站点地图|网站声明|版权声明|法律声明|隐私(?:声明|政策|保护|条款)|广告服务|广告刊例|招聘(?:信息|英才)?|诚聘英才|"
    r"网站简介|本站简介|友情链接|帮助中心|使用帮助|意见反馈|人才招聘|投稿须知|服务条款|网站导航|加入我们|合作伙伴|设为首页|加入收藏|rss|"
    r"举报(?:中心|专区))"
)
_FOOT = re.compile(
    rf"[\W_]*{_SITE_LINK}[\W_]*{_SITE_LINK}|"
    r".{0,30}(?:icp备|icp证|公网安备|网安备|网站标识码|(?:网站|域名|icp)备案(?:号|序号)|"
    r"(?:新闻信息服务|视听节目|网络文化经营|增值电信业务|广播电视节目).{0,8}许可证|京网文|(?:违法和)?不良信息举报|allrightsreserved|copyright|©|"
    r"(?:主办|承办|主管|协办)(?:单位)?[:].{0,40}(?:地址|电话|技术支持|技术维护|邮编|邮箱|维护[:])|"
    r"[技建网][术设站](?:支持|维护)[:])|"
    r"(?:网站)?(?:主办|主管)(?:单位)?[:].{2,24}(?:承办|协办|管理|维护)(?:单位)?[:].{2,30}(?:信息|数据|网|政务|办公室)"
)
_CONTACT = re.compile(
    r".{0,8}(?:地址|电话|热线|传真|邮编|邮政编码|邮箱|e-?mail|信箱|总机|网址|投稿|客服|qq群|举报|值班)[:(].{0,100}$",
    re.IGNORECASE,
)
_APP = re.compile(
    # An ordinary sentence tells readers to download, follow or log in to something, too.
    r"(?:请|点击|立即|扫码|快来|欢迎|赶紧|马上|更多.{0,8})?(?:下载|打开|安装|关注).{0,16}(?:客户端|app|公众号|微信号|微信|微博).{0,50}$|"
    r"(?!.*。$).{0,20}(?:(?:下载|打开).{0,12}(?:客户端|app|新闻)|关注.{0,16}(?:公众号|微信号|官方微信)|请先?登[录陆]|登[录陆]后).{0,30}$|"
    r".{0,100}(?:(?:下载|安装|打开|登录|关注).{0,10}(?:客户端|app|公众号)).{0,12}(?:第一时间|福利|更多|专享|体验|最新|精彩).{0,40}$|"
    r".{0,20}(?:客户端下载|app内打开|查看精彩图片|点击蓝字|"
    r"点击进入专题|进入专题|请使用新版|您的浏览器|最佳浏览效果|浏览器版本|建议使用.{0,20}浏览器|浏览器(?:暂时)?(?:不支持|无法播放)|无法播放此视频|"
    r"注册\|登录|加入收藏|设为首页|"
    r"已有\d*条?评论|文明上网|网友评论|正文已结束|alt\+4|独家抢先看|自动播放|正在加载|点击加载|点[击个]?.?在看).{0,30}$"
)
_LOCATION = re.compile(
    r"(?:您?(?:的)?(?:当前|现在|所在|现在所在)(?:的)?(?:位置|所在位置|栏目)|当前位置|您的位置|您现在的位置|位置(?=.*(?:首页|主页|[>»›]))|首页|网站首页|主页)"
    r"(?:是|在)?[:>»›/-]"
)
_RELATED = re.compile(
    r"[\[【(<■◆●▼▲#]*(?:相关(?:阅读|新闻|链接|报道|文章|推荐|稿件|专题|资讯|信息|内容|资料|热词|搜索|解读|政策|"
    r"文件)|延伸(?:阅读|·?推荐)|推荐(?:阅读|新闻|文章|内容|资讯|视频)?|"
    r"新闻推荐|精彩(?:推荐|视频推荐|图片|阅读)|热门(?:推荐|新闻|文章|排行|资讯|阅读|评论|搜索|视频|图片|标签|点阅|话题)|"
    r"热点(?:推荐|新闻|排行|资讯|文章|图片)|(?:点击|阅读|新闻|人气|本周|24小时)?排行(?:榜)?|"
    r"猜你喜欢|猜您喜欢|为[您你]推荐|[您你](?:可能)?(?:会|还|也)?(?:感兴趣|喜欢|想看)|你可能(?:会喜欢|还想看)|"
    r"其他人也在看|大家都在看|大家还看了|编辑推荐|图片推荐|视频推荐|往期(?:回顾|推荐|精彩)|"
    r"最新(?:新闻|资讯|文章|评论|消息|发布|动态)|更多(?:新闻|资讯|精彩|内容|文章|推荐|相关|阅读|报道)|网友评论|"
    r"热评|最热评论|评论|评论区|全部评论|跟帖|网友跟帖|友情链接|深度观察|新闻评论|"
    r"随机(?:新闻|文章|推荐)|本文相关(?:新闻|推荐)|本类(?:推荐|热门|最新)|图文(?:推荐|资讯)|今日(?:热点|推荐|"
    r"头条)|频道(?:推荐|热点|精选)|24小时热(?:点|文|闻)|热闻|热文|要闻推荐)"
    r"(?:[:>»\]】)■◆●▼▲#·]|>>|更多|换一换)*$"
)
_EMPTY_CAPTION = re.compile(r"[(（【]?(?:资料图片?|资料照片|配图|示意图|图文无关)[)）】]?$")
_END = re.compile(
    r"[\W_]*(?:the)?end[\W_]*$|playvideo$|推荐阅读相关主题:?$|(?:本文)?(?:责任)?编辑[:/丨｜]?$|更多精彩.{0,30}$|"
    r"(?:本?[网报站刊]?.{0,6}欢迎.{0,8}(?:投书|投稿|来稿)|(?:来稿|投稿)请(?:寄|发|投)).{0,80}$"
)
_RULE = re.compile(r"[-—–=*_·•.|<>«»~+\[\]【】()#\s]*$")
_TURNED_ON = re.compile(r"\{\{|\[!--|\$\{")

#: Whole lines that are dropped wherever they stand in a body.
_ALWAYS = (
    _EDITOR_LINE,
    _EDITED_BY,
    _ORIGINAL_TITLE,
    _COUNTER,
    _SHARE,
    _SCAN,
    _NEIGHBOURS,
    _PAGER,
    _TOPICS,
    _RIGHTS,
    _FOOT,
    _APP,
    _LOCATION,
    _RULE,
    _EMPTY_CAPTION,
    _PRINTED_ON,
    _END,
)

_CREDITS = re.compile(f"(?:{_EDITOR_LINE.pattern})|(?:{_EDITED_BY.pattern})")
_ANY = re.compile("|".join(f"(?:{rule.pattern})" for rule in _ALWAYS))  # one call a line instead of fifteen

_BOX_WORDS = words(
    "comments? pinglun gentie tie reply replies share shares sharebar fenxiang bdshare bdsharebuttonbox "
    "jiathis bshare social "
    "related relate relevant recommend recommends tuijian tuij xgyd xgxw xgwz xglj xgjc xgread hotnews hotlist "
    "hot rank ranking paihang "
    "phb nav navbar navi menu submenu crumb crumbs breadcrumb breadcrumbs footer foot copyright banner sidebar "
    "aside toolbar tool tools "
    "pager pagination fanye pagenav prevnext prev next qrcode erweima ewm qr login signin search searchbar "
    "yqlj friendlink friendlinks links "
    "ad ads adv advert gg guanggao keywords disclaimer shengming statement popup modal dialog subscribe "
    "newsletter cookie editor-info editors "
    "wx weixin weibo function operate operation vote zan rec topbar header-nav site-nav bottom-nav"
)
_JUNK_BOX = re.compile(rf"(?<![a-z])(?:{'|'.join(_BOX_WORDS)})(?![a-z])|(?<!\S)hidden(?!\S)")
_STRICT_BOX = re.compile(r"(?<![a-z])(?:comments?|pinglun|gentie|reply|footer|copyright)(?![a-z])|(?<!\S)hidden(?!\S)")


def is_boilerplate(line: str) -> bool:
    """Whether a whole line of a body is an editor's, a button's, a notice's, not the article's."""
    if len(line) > 300:
        return False
    return _ANY.match(plain(line)) is not None


def is_header_line(line: str) -> bool:
    """Whether a line is the bar of date, source and author, as it stands under a headline."""
    if len(line) > 140:
        return False
    text = plain(line)
    return "。" not in text and _HEADER.match(text) is not None


def is_index(line: str) -> bool:
    """Whether a line belongs to the table of data above a government document, and to nothing else."""
    return len(line) <= 200 and _INDEX.match(plain(line)) is not None


def is_loose(line: str) -> bool:
    """Whether it may belong to that table, but as well to a notice."""
    return len(line) <= 140 and _LOOSE.match(plain(line)) is not None


def is_credited_to(line: str) -> bool:
    """Whether a line names editors, behind what one may leave a page."""
    return len(line) <= 80 and _CREDITS.match(plain(line)) is not None


def is_location(line: str) -> bool:
    """Whether a line says where in the site one is (首页 > 新闻 > 正文)."""
    return len(line) <= 200 and _LOCATION.match(plain(line)) is not None


def begins_related(line: str) -> bool:
    """Whether a line is the heading of what else there is to read or to say."""
    return len(line) <= 24 and _RELATED.match(plain(line)) is not None


def is_contact(line: str) -> bool:
    """Whether a line is an address or telephone number, as it stands in every site's foot and in many a notice."""
    return len(line) <= 120 and _CONTACT.match(plain(line)) is not None


def is_imprint(line: str) -> bool:
    """Whether a line is the site's licence or copyright: nothing below it is an article's."""
    return len(line) <= 300 and _FOOT.match(plain(line)) is not None


def is_foot(line: str) -> bool:
    """Whether a line is the site's imprint, a rights notice or an editor's line: no part of any body."""
    if len(line) > 400:
        return False
    text = plain(line)
    return bool(_FOOT.match(text) or _RIGHTS.match(text) or _TURNED_ON.search(text))


def is_junk_box(name: str) -> bool:
    """Whether the class and id of a box say that it holds something beside the article."""
    return _JUNK_BOX.search(name) is not None


def is_never_body(name: str) -> bool:
    """The same, but so plainly that even most of a page's text would not make it an article."""
    return _STRICT_BOX.search(name) is not None
