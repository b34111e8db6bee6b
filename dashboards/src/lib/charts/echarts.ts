/** The parts of ECharts that time charts use. Imported lazily: first numbers, then charts. */

import { CustomChart, LineChart } from 'echarts/charts';
import { GraphicComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([CustomChart, LineChart, GridComponent, GraphicComponent, CanvasRenderer]);

export { init };
