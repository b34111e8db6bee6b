/** The Sankey of the reports page, a chunk of its own. */

import { SankeyChart } from 'echarts/charts';
import { GraphicComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([SankeyChart, GraphicComponent, CanvasRenderer]);

export { init };
