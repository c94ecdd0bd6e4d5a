# 总览

overview-title = { $area }总览
overview-as-of = 数据截至{ $date }
overview-show = 查看
overview-illustrative = 本页含示意数据：各街镇的老年人口为演示用，并非官方统计。
overview-towns = 各街镇
overview-towns-caption = 每万名老年人持证在岗护理员数；竖线为目标
overview-not-average = 全市数值按全市人数计算，不是各街镇的平均。
town = 街镇
col-elders = 老年人口
col-certified = 持证在岗
col-ratio = 每万名老人
col-dual = 双证比例
col-gap = 距目标缺口（人）

indicator-caregivers-per-10000 = 每万名老年人持证护理员
indicator-dual-certified-share = 双证比例
indicator-senior-share = 高级工及以上占比
indicator-assessed-share = 持证率
indicator-unit-per-10000 = 人
indicator-unit-percent = %
indicator-definition-caregivers-per-10000 = 当日持有有效职业技能等级证书并在本地在岗的护理员人数（每人只计一次）÷ 老年人口 × 10000。
indicator-definition-dual-certified-share = 持有有效职业技能等级证书的在岗护理员中，同时持有有效急救证的比例。
indicator-definition-senior-share = 在岗护理员中，最高有效证书为三级及以上的比例；分母含未持证人员。
indicator-definition-assessed-share = 在岗护理员中，持有有效职业技能等级证书的比例。
indicator-fraction = { $numerator } ÷ { $denominator }
indicator-how = 怎样计算
target-met = 已达标
target-short = 未达标
target-none = 未设目标
target-is = 目标 { $target } { $unit }
target-gap = 还差 { $people } 人
population-source = { $basis }，{ $date }；来源：{ $source }
population-forecast = 预测值
population-illustrative = 示意数据
