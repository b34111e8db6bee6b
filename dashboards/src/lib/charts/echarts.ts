/** The parts of ECharts that time charts need. Loaded after the first numbers. */

import { CustomChart, LineChart } from 'echarts/charts';
import { GraphicComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([CustomChart, LineChart, GridComponent, GraphicComponent, CanvasRenderer]);

export { init };
