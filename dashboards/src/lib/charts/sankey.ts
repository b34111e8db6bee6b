/** The parts of ECharts that the Sankey chart of the reports page needs, in a chunk of their own. */

import { SankeyChart } from 'echarts/charts';
import { GraphicComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([SankeyChart, GraphicComponent, CanvasRenderer]);

export { init };
