# dashboard.gnuplot CSV SVG: what make bench-dashboard measured (the view
# bench.plotted), as two plots over the same seconds.
data = ARG1
set terminal svg size 760,600 background "white" font "sans-serif,13"
set output ARG2
set datafile separator ","

# Okabe and Ito's blue and vermilion, which the colour-blind tell apart too
set style line 1 linecolor rgb "#d55e00" linewidth 2 pointtype 7 pointsize 0.5
set style line 2 linecolor rgb "#0072b2" linewidth 2 pointtype 7 pointsize 0.5
set style line 3 linecolor rgb "#d55e00" linewidth 1.5 dashtype (4, 4)
set style line 4 linecolor rgb "#0072b2" linewidth 1.5 dashtype (4, 4)
set style line 5 linecolor rgb "#e4e4e4"
of(side, name) = sprintf("< awk -F , '$1 == \"%s\" && $2 == \"dashboard_%s\"' '%s'", side, name, data)

set xrange [0:60]
set xtics 10
set logscale y
set format y "%g"
set grid ytics linestyle 5
set border 3
set tics nomirror
unset key

set multiplot layout 2,1 margins 0.12, 0.97, 0.11, 0.9 spacing 0.15

set label 2 "without tracking" at screen 0.97, 0.97 right textcolor linestyle 1
set label 3 "with tracking" at screen 0.77, 0.97 right textcolor linestyle 2

set label 1 "Total and grade of all departments: each refresh" at graph 0, 1.08
set ylabel "seconds"
plot for [i = 1:2] of(word("peer ours", i), "refresh") using 3:($4 / 1000) with points linestyle i

set label 1 "Each row of 4 writers: median and (dashed) 95th percentile of a second"
set ylabel "milliseconds"
set xlabel "seconds since the beginning"
unset label 2
unset label 3
plot for [i = 1:2] of(word("peer ours", i), "write") using 3:4 with lines linestyle i, \
     for [i = 1:2] of(word("peer ours", i), "write") using 3:5 with lines linestyle i + 2
